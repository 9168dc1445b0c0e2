import { name } from './version.ts';

/** Who publishes the program, and whether it is published. */
export interface Project {
  /** The GitHub account that owns the repository; undefined as long as that is not decided. */
  owner: string | undefined;
  /**
   * Whether the package is in the npm registry. Until it is, nothing may name it there: anybody could
   * take the name.
   */
  published: boolean;
}

/** What the owner sets before the first release; all links and registry names follow from it. */
export const project: Project = { owner: undefined, published: false };

/** What package.json and the documents say of the repository. */
export interface Links {
  repository: { type: 'git'; url: string };
  bugs: { url: string };
  homepage: string;
  /** The name in the MCP registry, which proves it by the GitHub account. */
  mcpName: string;
}

/** The links of a project; undefined while nobody owns it: none is invented. */
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
