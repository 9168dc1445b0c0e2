import { isKeyLike } from '../access/keys-file.ts';
import { endpointPath } from '../config/http-address.ts';
import { fetchableUrl } from '../config/settings.ts';

/*
 * A server elsewhere, as the command line names it: --http URL and --key-env NAME. No problem repeats a
 * value, which may be a key.
 */

/** The endpoint of a server; a URL without a path gets that of the endpoint. */
export function endpointIn(given: string | undefined, problems: string[]): string {
  if (given === undefined || given === '') {
    problems.push('--key-env requires --http URL.');
    return '';
  }
  const issue = fetchableUrl().safeParse(given).error?.issues[0];
  if (issue) {
    problems.push(`--http ${issue.message}.`);
    return '';
  }
  const url = new URL(given);
  if (url.pathname === '/') url.pathname = endpointPath;
  if (!url.pathname.endsWith(endpointPath)) {
    problems.push(`--http must end in ${endpointPath}, where this program serves MCP.`);
  }
  return url.href;
}

/** What is wrong with the name of the variable of a key, a sentence each. */
export function problemsOfVariable(name: string): string[] {
  if (isKeyLike(name) || name.startsWith('sgm_')) {
    return ['--key-env needs the name of a variable, not the key: put the key into that variable.'];
  }
  if (/^[A-Za-z_]\w{0,99}$/.test(name)) return [];
  return ['--key-env needs the name of a variable, such as SEGMENT_MCP_KEY.'];
}
