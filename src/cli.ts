import { parseArgs } from 'node:util';
import type { CheckCommand, ReportFormat } from './commands/check.ts';
import type { SandboxCommand } from './commands/sandbox.ts';
import { ConfigError, type Flags } from './config.ts';
import { suggest } from './query/suggest.ts';
import { sandboxEditions } from './sandbox/editions.ts';
import { audienceTypes } from './segment/models/audience.ts';
import { type Setting, settings } from './settings.ts';
import { name as programName } from './version.ts';

/** What the command line asks for. */
export type Command =
  | { kind: 'help' }
  | { kind: 'version' }
  /** `problems` is what was not understood, to be reported with all else that is wrong. */
  | { kind: 'serve'; flags: Flags; problems: readonly string[] }
  | ({ kind: 'sandbox' } & SandboxCommand)
  | ({ kind: 'check' } & CheckCommand);

/** Where `segment-audiences-mcp sandbox` listens when no port is given. */
const sandboxPort = 4010;

/** What `--format` of `check` may be. */
const reportFormats = [
  'text',
  'json',
  'github',
  'sarif',
] as const satisfies readonly ReportFormat[];

const serveFlags = Object.values(settings).flatMap(({ flag }) =>
  flag === undefined ? [] : [flag],
);

/** The flags that take no value. */
const switches = [
  ...['help', 'version', 'json', 'fix'],
  ...Object.values(settings).flatMap((setting) =>
    setting.flag !== undefined && !('argument' in setting) ? [setting.flag] : [],
  ),
];

/** A command, as far as the form of its command line goes. */
interface Form {
  flags: readonly string[];
  /** How many words it takes, apart from its name. */
  maxWords: number;
  /** Makes the command, and adds what is wrong to `problems`. */
  parse(flags: Flags, words: readonly string[], problems: string[]): Command;
}

const serve: Form = {
  flags: serveFlags,
  maxWords: 0,
  parse: (flags, _, problems) => ({ kind: 'serve', flags, problems }),
};

/** The commands that are called by name. */
const named: Readonly<Record<string, Form>> = {
  sandbox: { flags: ['port', 'edition', 'seed', 'record'], maxWords: 0, parse: parseSandbox },
  check: {
    flags: ['type', 'format', 'json', 'fix', 'sandbox'],
    maxWords: Number.POSITIVE_INFINITY,
    parse: parseCheck,
  },
};

/** The one letter that stands for a flag. */
const shortForms = { help: 'h', version: 'V' } as const;

/**
 * Reads the command line. Errors do not repeat what is not understood, unless it is close to what is
 * known: it may be a secret in the wrong place.
 *
 * @param given what follows the program's name.
 * @throws {ConfigError} for what it does not understand.
 */
export function parseCommand(given: readonly string[]): Command {
  const line = readLine(given);
  const [first, ...others] = line.words;
  const form = first !== undefined && Object.hasOwn(named, first) ? named[first] : undefined;
  if (line.asks('help')) return { kind: 'help' };
  if (line.asks('version')) return { kind: 'version' };
  if (first !== undefined && !form) assertNoNearMiss(first);

  const words = form ? others : line.words;
  const { flags, maxWords, parse } = form ?? serve;
  const problems = [...surplusWords(words, maxWords), ...wrongFlags(line.flags, flags)];
  if (!form) problems.push(...contradictions(line.flags));
  const command = parse(line.values, words, problems);
  // What is wrong with the settings is reported together with this.
  if (command.kind !== 'serve' && problems.length > 0) throw new ConfigError(problems);
  return command;
}

/** A flag of the command line, known or not. */
interface GivenFlag {
  /** As it was written, up to its value. */
  written: string;
  /** Without its dashes. */
  name: string;
  value: string | undefined;
  /** Among all that was given, from 1. */
  position: number;
}

interface Line {
  values: Flags;
  flags: readonly GivenFlag[];
  /** What is no flag. */
  words: readonly string[];
  asks(name: keyof typeof shortForms): boolean;
}

function readLine(given: readonly string[]): Line {
  const known = [serve, ...Object.values(named)].flatMap((form) => form.flags);
  const options = [...switches, ...known].map((flag) => {
    const type = switches.includes(flag) ? 'boolean' : 'string';
    return [flag, { type }] as const;
  });
  const { values, tokens } = parseArgs({
    args: [...given],
    strict: false,
    tokens: true,
    options: Object.fromEntries(options),
  });
  const flags = new Map<number, GivenFlag>();
  const words: string[] = [];
  for (const token of tokens) {
    const position = token.index + 1;
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    // Of letters after a single dash, parseArgs makes a flag each.
    const isLong = token.rawName.startsWith('--');
    const written = isLong ? token.rawName : (given[token.index] ?? '');
    const name = written.replace(/^-+/, '');
    flags.set(position, { written, name, value: token.value, position });
  }
  const list = [...flags.values()];
  const asks: Line['asks'] = (name) =>
    list.some(({ written }) => written === `--${name}` || written === `-${shortForms[name]}`);
  return { values, flags: list, words, asks };
}

/** @throws {ConfigError} for a word that is nearly the name of a command; all else follows from it. */
function assertNoNearMiss(word: string): void {
  const flag = word === 'help' || word === 'version' ? `--${word}` : undefined;
  const meant = flag ?? suggest(word, Object.keys(named));
  if (meant === undefined) return;
  throw new ConfigError([`There is no command "${word}": did you mean ${meant}?`]);
}

function surplusWords(words: readonly string[], maxWords: number): string[] {
  return words
    .slice(maxWords)
    .map(
      (_, index) =>
        `Word ${maxWords + index + 1} of the command line is not understood here; see --help.`,
    );
}

function wrongFlags(flags: readonly GivenFlag[], known: readonly string[]): string[] {
  return flags.flatMap((flag) => {
    const problems: string[] = [];
    const isKnown = known.includes(flag.name) && flag.written.startsWith('--');
    if (isKnown && flag.value?.startsWith('--')) {
      problems.push(`${flag.written} needs a value, and what follows it is another flag.`);
    }
    if (!isKnown) problems.push(unknownFlag(flag, known));
    return problems;
  });
}

/** A setting that restricts may be given twice only if it is the same: which was meant is not known. */
function contradictions(flags: readonly GivenFlag[]): string[] {
  const fences: readonly Setting<unknown>[] = Object.values(settings);
  return fences.flatMap(({ restricts, flag, schema }) => {
    if (!restricts || flag === undefined) return [];
    const given = flags.filter(({ written }) => written === `--${flag}`);
    const meanings = given.map(({ value = '1' }) => {
      const { success, data } = schema.safeParse(value.trim());
      return success ? JSON.stringify(data) : value;
    });
    if (new Set(meanings).size < 2) return [];
    return [
      `--${flag} is given more than once, with different values. It restricts what may be done, so nothing starts without a clear value: give it once.`,
    ];
  });
}

const tokenFlags = ['token', 'api-token', 'api-key', 'apikey', 'key'];

function unknownFlag({ written, name, position }: GivenFlag, known: readonly string[]): string {
  if (tokenFlags.includes(name.toLowerCase())) {
    return `${written} is not a flag: a token must not stand on a command line; set SEGMENT_API_TOKEN.`;
  }
  const meant = suggest(name, [...known, ...Object.keys(shortForms)]);
  if (meant !== undefined) return `${written} is not a flag here: did you mean --${meant}?`;
  const all = [...switches, ...serveFlags, ...Object.values(named).flatMap((form) => form.flags)];
  const what = all.includes(name) ? written : `Argument ${position} of the command line`;
  return `${what} is not a flag here; see --help.`;
}

function parseSandbox(flags: Flags, _: readonly string[], problems: string[]): Command {
  const port = flags.port === undefined ? sandboxPort : Number(flags.port);
  if (flags.port === true || !Number.isInteger(port) || port < 0 || port > 65_535) {
    problems.push('--port needs a number from 0 to 65535.');
  }
  const edition = sandboxEditions.find((each) => each === flags.edition);
  if (flags.edition !== undefined && edition === undefined) {
    problems.push(`--edition must be one of ${sandboxEditions.join(', ')}.`);
  }
  const { seed, record } = flags;
  if (seed === true) problems.push('--seed needs the name of a file.');
  if (record === true) problems.push('--record needs the name of a file, or - for stdout.');
  return {
    kind: 'sandbox',
    port,
    edition,
    seed: typeof seed === 'string' ? seed : undefined,
    record: typeof record === 'string' ? record : undefined,
  };
}

function parseCheck(flags: Flags, words: readonly string[], problems: string[]): Command {
  const wanted = String(flags.type ?? 'users').toLowerCase();
  const type = audienceTypes.find((each) => each === wanted);
  if (type === undefined) problems.push(`--type must be one of ${audienceTypes.join(', ')}.`);
  const given = flags.json === true ? 'json' : (flags.format ?? 'text');
  const format = reportFormats.find((each) => each === given);
  if (format === undefined) problems.push(`--format must be one of ${reportFormats.join(', ')}.`);
  if (flags.json === true && (flags.format ?? 'json') !== 'json') {
    problems.push('--json is --format json: give one of the two.');
  }
  if (words.length === 0) {
    problems.push(
      'The query is missing: give it in quotes, name files, or give - to read it from standard input.',
    );
  }
  return {
    kind: 'check',
    words,
    type: type ?? 'users',
    format: format ?? 'text',
    sandbox: flags.sandbox === true,
    fix: flags.fix === true,
  };
}

/** The text of `--help`. */
export function help(): string {
  const lines = Object.values(settings).map(({ flag, argument, env, meaning, fallback }) => {
    const usage = flag === undefined ? '' : `--${flag}${argument ? ` ${argument}` : ''}`;
    const standard = fallback === undefined ? '' : `\n      default: ${fallback}`;
    return `  ${[usage, env].filter(Boolean).join(', ')}\n      ${meaning}${standard}`;
  });
  return `${programName}: an MCP server for Twilio Segment's audiences

Usage:
  ${programName} [options]
      Serve MCP on stdin and stdout; needs a token, or --sandbox.
  ${programName} sandbox [--port ${sandboxPort}] [--edition ${sandboxEditions.join('|')}] [--seed <file>] [--record <file>]
      Run a stand-in for Segment's API on this machine, for trying things out: today's edition, or
      v1alpha as it was in 2024. --seed starts it with a world of your own, in JSON; --record writes
      every request and response to a file, or with - to stdout, as a line of JSON each.
  ${programName} check [--type ${audienceTypes.join('|')}] [--format ${reportFormats.join('|')}] [--fix] [--sandbox]
      <query | - | file …>
      Check definitions and explain them. An argument that ends in .seg or .txt, or one of several, is
      a file; * and ** are expanded. In it, lines that begin with # or // are skipped, and
      "# type: accounts" sets the level. --fix applies fixes: files are rewritten, the text of all
      else is printed. With --sandbox also say how much of the sample data each matches. --json is
      --format json.
      Exit code 0 if all are valid, 1 if one is not, 3 if one is too long to be checked, 2 if a file
      can't be read.
  ${programName} -h, --help | -V, --version

Options, as a flag or in the environment; flags win:
${lines.join('\n')}
`;
}
