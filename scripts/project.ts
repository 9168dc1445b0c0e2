/*
 * Who publishes this project, and whether it is published: the only place that says so. Whatever names
 * the repository, the registry package or an owner is made from this, and left out while it is undefined.
 */

/** What is not known before somebody publishes the project. */
export interface Project {
  /** The owner of the repository on GitHub; undefined while there is none. */
  readonly owner: string | undefined;
  /**
   * Whether the package is in the registry. While it is not, nothing may name it there: whoever took
   * the name would run on the machines of our readers.
   */
  readonly published: boolean;
}

export const project: Project = { owner: undefined, published: false };

/** The name of the repository, and of the package in the registry. */
export const projectName = 'segment-audiences-mcp';

/** The addresses of the project. */
export interface ProjectLinks {
  /** The page of the repository. */
  page: string;
  repository: { type: 'git'; url: string };
  bugs: string;
  homepage: string;
  /** Where a weakness is reported in private. */
  advisories: string;
  /** The name in the MCP registry, whose namespace belongs to the owner of the repository. */
  mcpName: string;
  /** The name of the container image. */
  image: string;
}

/** @returns undefined while the project has no owner. */
export function projectLinks({ owner }: Project): ProjectLinks | undefined {
  if (owner === undefined) return undefined;
  const page = `https://github.com/${owner}/${projectName}`;
  return {
    page,
    repository: { type: 'git', url: `git+${page}.git` },
    bugs: `${page}/issues`,
    homepage: `${page}#readme`,
    advisories: `${page}/security/advisories/new`,
    mcpName: `io.github.${owner.toLowerCase()}/${projectName}`,
    image: `ghcr.io/${owner.toLowerCase()}/${projectName}`,
  };
}

/** The fields of package.json that name the project's addresses; none while it has no owner. */
export function manifestFields(of: Project): Record<string, unknown> {
  const links = projectLinks(of);
  if (!links) return {};
  const { repository, bugs, homepage, mcpName } = links;
  return { repository, bugs, homepage, mcpName };
}

/** The content of CODEOWNERS; undefined while nobody owns the code. */
export function codeOwners({ owner }: Project): string | undefined {
  return owner === undefined ? undefined : `* @${owner}\n`;
}
