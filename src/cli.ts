import { parseArgs } from 'node:util';
import type { Flags } from './config.ts';
import { ConfigError } from './config.ts';
import type { CheckCommand } from './run-check.ts';
import { type SandboxEdition, sandboxEditions } from './sandbox/editions.ts';
import { settings } from './settings.ts';
import { name } from './version.ts';

/** What the command line asks for. */
export type Command =
  | { kind: 'help' }
  | { kind: 'version' }
  /** `problems` is what was not understood, to be told with all else that is wrong. */
  | { kind: 'serve'; flags: Flags; problems: readonly string[] }
  | { kind: 'sandbox'; port: number; edition?: SandboxEdition }
  | ({ kind: 'check' } & CheckCommand);

/** Where `segment-audiences-mcp sandbox` listens when no port is given. */
const sandboxPort = 4010;

const levels = ['users', 'accounts', 'linked'] as const;

/** The flags that take no value. */
const switches = [
  ...['help', 'version', 'json'],
  ...Object.values(settings).flatMap((setting) =>
    setting.flag !== undefined && !('argument' in setting) ? [setting.flag] : [],
  ),
];

const serveFlags = Object.values(settings).flatMap(({ flag }) =>
  flag === undefined ? [] : [flag],
);

/** The flags of each command, and how many words it takes besides. */
const commands = {
  serve: { flags: serveFlags, words: 0 },
  sandbox: { flags: ['port', 'edition'], words: 0 },
  check: { flags: ['type', 'json', 'sandbox'], words: 1 },
};

/**
 * Reads the command line.
 *
 * @param given what follows the program's name.
 * @throws {ConfigError} for what it does not understand.
 */
export function parseCommand(given: readonly string[]): Command {
  const flags = new Set([
    ...switches,
    ...Object.values(commands).flatMap((command) => command.flags),
  ]);
  const options = [...flags].map((flag) => {
    const type = switches.includes(flag) ? 'boolean' : 'string';
    return [flag, { type }] as const;
  });
  const { values, positionals } = parseArgs({
    args: [...given],
    strict: false,
    options: Object.fromEntries(options),
  });
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };

  const [first, ...others] = positionals;
  const name = first === 'sandbox' || first === 'check' ? first : 'serve';
  const words = name === 'serve' ? positionals : others;
  const command = commands[name];
  const problems: string[] = [];
  // What stands there may be a secret in the wrong place, so it is not repeated.
  for (const index of words.keys()) {
    if (index < command.words) continue;
    problems.push(`Word ${index + 1} of the command line is not understood here; see --help.`);
  }
  for (const [flag, value] of Object.entries(values)) {
    if (typeof value === 'string' && value.startsWith('--')) {
      problems.push(`--${flag} needs a value, and what follows it is another flag.`);
    }
    if (command.flags.includes(flag)) continue;
    problems.push(
      flag === 'token'
        ? '--token is not a flag: a token must not stand on a command line; set SEGMENT_API_TOKEN.'
        : `--${flag} is not a flag here; see --help.`,
    );
  }
  const parsed = parseWith(name, values, words, problems);
  if (parsed.kind !== 'serve' && problems.length > 0) throw new ConfigError(problems);
  return parsed;
}

function parseWith(
  name: keyof typeof commands,
  values: Flags,
  words: readonly string[],
  problems: string[],
): Command {
  if (name === 'serve') return { kind: 'serve', flags: values, problems };
  if (name === 'sandbox') {
    const port = values.port === undefined ? sandboxPort : Number(values.port);
    if (values.port === true || !Number.isInteger(port) || port < 0 || port > 65_535) {
      problems.push('--port needs a number from 0 to 65535.');
    }
    const edition = sandboxEditions.find((each) => each === values.edition);
    if (values.edition !== undefined && edition === undefined) {
      problems.push(`--edition must be one of ${sandboxEditions.join(', ')}.`);
    }
    return { kind: 'sandbox', port, edition };
  }
  const type = levels.find((level) => level === (values.type ?? 'users'));
  if (type === undefined) problems.push(`--type must be one of ${levels.join(', ')}.`);
  const [query] = words;
  if (query === undefined) {
    problems.push('The query is missing: give it in quotes, or - to read it from standard input.');
  }
  return {
    kind: 'check',
    query: query ?? '',
    type: type ?? 'users',
    json: values.json === true,
    sandbox: values.sandbox === true,
  };
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
  ${name} sandbox [--port ${sandboxPort}] [--edition ${sandboxEditions.join('|')}]
      Run a stand-in for Segment's API on this machine, for trying things out: today's edition, or
      v1alpha as it was in 2024.
  ${name} check [--type ${levels.join('|')}] [--json] [--sandbox] <query | ->
      Check a definition and explain it; exit code 0 if it is valid, 1 if not. With --sandbox also
      say how much of the sample data it matches.
  ${name} --help | --version

Options, as a flag or in the environment; flags win:
${lines.join('\n')}
`;
}
