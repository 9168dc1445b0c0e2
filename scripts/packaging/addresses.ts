import packageJson from '../../package.json' with { type: 'json' };
import { linksOf, type Project } from '../project.ts';

/** The name of the repository. */
export const repositoryName = packageJson.name;

/** Addresses that packages and documents name, in addition to the links of package.json. */
export interface Addresses {
  /** The page of the repository. */
  page: string;
  issues: string;
  homepage: string;
  /** Where to report a vulnerability in private. */
  advisories: string;
  /** The name in the MCP registry. */
  mcpName: string;
}

/** @returns undefined while the project has no owner. */
export function addressesOf(of: Project): Addresses | undefined {
  const links = linksOf(of);
  if (!links) return undefined;
  const page = `https://github.com/${of.owner}/${repositoryName}`;
  const { bugs, homepage, mcpName } = links;
  return {
    page,
    issues: bugs.url,
    homepage,
    mcpName,
    advisories: `${page}/security/advisories/new`,
  };
}

/** The content of CODEOWNERS; undefined while nobody owns the code. */
export function codeOwners({ owner }: Project): string | undefined {
  return owner === undefined ? undefined : `* @${owner}\n`;
}
