import { parseArgs } from 'node:util';
import type { Flags } from './config.ts';
import { ConfigError } from './config.ts';
import { settings } from './settings.ts';
import { name } from './version.ts';

/** What the command line asks for. */
export type Command =
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'serve'; flags: Flags }
  | { kind: 'sandbox'; port: number };

/** Where `segment-audiences-mcp sandbox` listens when no port is given. */
const sandboxPort = 4010;

const serveFlags = Object.values(settings).flatMap(({ flag, argument }) =>
  flag === undefined ? [] : [{ flag, argument }],
);

/**
 * Reads the command line.
 *
 * @param words what follows the program's name.
 * @throws {ConfigError} for what it does not understand.
 */
export function parseCommand(words: readonly string[]): Command {
  const known = [
    { flag: 'help', argument: undefined },
    { flag: 'version', argument: undefined },
    { flag: 'port', argument: 'PORT' },
    ...serveFlags,
  ];
  const { values, positionals } = parseArgs({
    args: [...words],
    strict: false,
    options: Object.fromEntries(
      known.map(({ flag, argument }) => [flag, { type: argument ? 'string' : 'boolean' }] as const),
    ),
  });
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };

  const [command, ...rest] = positionals;
  const problems: string[] = [];
  if (command !== undefined && command !== 'sandbox') {
    problems.push(`There is no command "${command}"; see --help.`);
  }
  for (const word of rest) problems.push(`"${word}" is one word too many; see --help.`);
  const allowed = command === 'sandbox' ? ['port'] : serveFlags.map(({ flag }) => flag);
  for (const flag of Object.keys(values)) {
    if (!allowed.includes(flag)) problems.push(`--${flag} is not a flag here; see --help.`);
  }
  if (command === 'sandbox') {
    const port = values.port === undefined ? sandboxPort : Number(values.port);
    if (values.port === true || !Number.isInteger(port) || port < 0 || port > 65_535) {
      problems.push('--port needs a number from 0 to 65535.');
    }
    if (problems.length > 0) throw new ConfigError(problems);
    return { kind: 'sandbox', port };
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { kind: 'serve', flags: values };
}

/** The text of `--help`. */
export function help(): string {
  const lines = Object.values(settings).map(({ flag, argument, env, meaning, fallback }) => {
    const usage = flag === undefined ? '' : `--${flag}${argument ? ` ${argument}` : ''}`;
    const standard = fallback === undefined ? '' : `\n      default: ${fallback}`;
    return `  ${[usage, env].filter(Boolean).join(', ')}\n      ${meaning}${standard}`;
  });
  return `${name}: an MCP server for Twilio Segment's audiences

Usage:
  ${name} [options]
      Serve MCP on stdin and stdout; needs a token, or --sandbox.
  ${name} sandbox [--port ${sandboxPort}]
      Run a stand-in for Segment's API on this machine, for trying things out.
  ${name} --help | --version

Options, as a flag or in the environment; flags win:
${lines.join('\n')}
`;
}
