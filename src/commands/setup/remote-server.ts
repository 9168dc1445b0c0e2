import { ConfigError } from '../../config/config.ts';
import type { RemoteServer } from '../clients/remote.ts';
import { endpointIn, problemsOfVariable } from '../endpoint.ts';
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
