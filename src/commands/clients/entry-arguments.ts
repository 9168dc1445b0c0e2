import { parseCommand } from '../../cli.ts';
import { ConfigError, type Flags } from '../../config/config.ts';
import { httpSettings } from '../../config/http-settings.ts';

/**
 * Why a server does not start with these arguments, to continue a sentence about an entry; undefined if
 * nothing is wrong with them.
 */
export function problemWithArguments(args: readonly string[]): string | undefined {
  const problems = problemsWith(args);
  if (problems.length === 0) return undefined;
  return `passes arguments that the server refuses (${problems.join(' ')})`;
}

const byHttp = 'With --http, they start an HTTP server, but a client uses stdin and stdout.';

function servesHttp(flags: Flags): boolean {
  const { flag = '' } = httpSettings.http;
  return flags[flag] !== undefined;
}

function problemsWith(args: readonly string[]): readonly string[] {
  try {
    const command = parseCommand(args);
    if (command.kind === 'serve') return servesHttp(command.flags) ? [byHttp] : command.problems;
    return [`They run ${command.kind} instead.`];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}
