import { isKeyLike } from '../../access/keys-file.ts';
import { ConfigError } from '../../config.ts';
import { endpointPath } from '../../http-config.ts';
import { fetchableUrl } from '../../settings.ts';
import type { RemoteServer } from '../clients/remote.ts';
import type { SetupCommand } from './command.ts';

/**
 * The remote server that a command names.
 *
 * @throws {ConfigError} with everything that is wrong; it never repeats a value, which may be a key.
 */
export function remoteServerIn({ flags, remote, remove }: SetupCommand): RemoteServer {
  const problems: string[] = [];
  const url = endpointIn(remote?.url, problems);
  const keyVariable = remote?.keyVariable;
  if (keyVariable !== undefined) problems.push(...problemsOfVariable(keyVariable));
  for (const flag of Object.keys(flags)) {
    problems.push(
      `--${flag} is for a server that the client starts: one that runs elsewhere has settings of its own.`,
    );
  }
  if (remove) problems.push('--remove needs neither --http nor --key-env.');
  if (problems.length > 0) throw new ConfigError(problems);
  return { url, keyVariable };
}

/** The endpoint of a server; a URL without a path gets that of the endpoint. */
export function endpointIn(given: string | undefined, problems: string[]): string {
  if (given === undefined || given === '') {
    problems.push('--key-env requires --http URL.');
    return '';
  }
  const issue = fetchableUrl.safeParse(given).error?.issues[0];
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
