import type { Project } from '../project.ts';
import { addressesOf } from './addresses.ts';

/*
 * Where to report what should not be public, in the documents of the repository. With an owner, they
 * lead to the form; without one, they say where it is.
 */

/** The file of the links next to the forms for issues. */
export const issueConfigFile = '.github/ISSUE_TEMPLATE/config.yml';

/** https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests */
export function issueConfig(of: Project): string {
  const addresses = addressesOf(of);
  const blank = 'blank_issues_enabled: false\n';
  if (!addresses) return blank;
  return `${blank}contact_links:
  - name: Report a vulnerability in private
    url: ${addresses.advisories}
    about: Only the maintainers can read it. Please don't open an issue for it.
`;
}

/** The first paragraph of SECURITY.md on reports. */
export function vulnerabilityReports(of: Project): string {
  return `Please report it privately through ${advisories(of)}, with the version
(\`segment-audiences-mcp --version\`), the options without the token, and the steps to reproduce. Don't send a
token or audience data. Expect a response within a week. Fixes are announced in the changelog.
`;
}

/** The paragraph of CODE_OF_CONDUCT.md on reports. */
export function conductReports(of: Project): string {
  return `Report a breach in private, through ${advisories(of)}: _Security → Report a
vulnerability_, with a title that begins with "Conduct". Only the maintainers can read it. Say what
happened, where, and whether you want to stay anonymous. You will get an answer within a week. Reports are kept
confidential, and nobody who is involved decides on their own case.
`;
}

function advisories(of: Project): string {
  const addresses = addressesOf(of);
  const words = "repository's security advisories";
  return addresses ? `the [${words}](${addresses.advisories})` : `the ${words}`;
}
