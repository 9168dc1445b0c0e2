import { name } from './version.ts';

/** Who publishes the program, and whether it is published. */
export interface Project {
  /** The GitHub account that owns the repository; undefined while that is undecided. */
  owner: string | undefined;
  /**
   * Whether the package is in the npm registry, under our control. Until it is, nothing may name it
   * there: anybody could take the name.
   */
  published: boolean;
}

/**
 * The owner sets this in two steps, which CONTRIBUTING.md describes: first who owns it, and once the
 * package is in the registry, that it is. All links and registry names follow from it.
 */
export const project: Project = { owner: undefined, published: false };

/** The fields of package.json and the documents' links that describe the repository. */
export interface Links {
  repository: { type: 'git'; url: string };
  bugs: { url: string };
  homepage: string;
  /** The name in the MCP registry, which verifies it through the GitHub account. */
  mcpName: string;
}

/** The links of a project; undefined while it has no owner: none is invented. */
export function linksOf({ owner }: Project): Links | undefined {
  if (owner === undefined) return undefined;
  const home = `https://github.com/${owner}/${name}`;
  return {
    repository: { type: 'git', url: `git+${home}.git` },
    bugs: { url: `${home}/issues` },
    homepage: `${home}#readme`,
    mcpName: `io.github.${owner}/${name}`,
  };
}
