import { parseArgs } from 'node:util';
import type { AppCommand } from './commands/app.ts';
import type { CheckCommand } from './commands/check.ts';
import type { DoctorCommand } from './commands/doctor.ts';
import type { GraphCommand } from './commands/graph.ts';
import type { KeysCommand } from './commands/keys.ts';
import type { PictureCommand } from './commands/pictures/run.ts';
import type { SandboxCommand } from './commands/sandbox.ts';
import type { SetupCommand } from './commands/setup/command.ts';
import { ConfigError, type Flags } from './config/config.ts';
import { type Setting, settings } from './config/settings.ts';
import { holdsTokenForm } from './config/slips.ts';
import { suggest } from './query/suggest.ts';
import { sandboxEditions } from './sandbox/editions.ts';
import { audienceTypes } from './segment/models/audience.ts';
import {
  type CommandName,
  commandNames,
  commandUsages,
  flagsOfKeyActions,
  graphFormats,
  isCommandName,
  keyActions,
  reportFormats,
  sandboxPort,
} from './usage.ts';
import { name as programName } from './version.ts';

/** What the command line asks for. */
export type Command =
  /** `of` is the command to explain. */
  | { kind: 'help'; of?: CommandName }
  | { kind: 'version' }
  /**
   * `problems` lists what was not understood, to be reported with everything else that is wrong.
   * Only the command `serve` by its name can serve HTTP.
   */
  | { kind: 'serve'; flags: Flags; problems: readonly string[]; isNamed?: true }
  | ({ kind: 'app' } & AppCommand)
  | ({ kind: 'keys' } & KeysCommand)
  | ({ kind: 'sandbox' } & SandboxCommand)
  | ({ kind: 'check' } & CheckCommand)
  | ({ kind: 'setup' } & SetupCommand)
  | ({ kind: 'doctor' } & DoctorCommand)
  | ({ kind: 'graph' } & GraphCommand)
  | ({ kind: 'report' } & PictureCommand);

const serveFlags = Object.values(settings).flatMap(({ flag }) =>
  flag === undefined ? [] : [flag],
);

/** The flags without a value. */
const switches: readonly string[] = [
  ...['help', 'version'],
  ...commandNames.flatMap(flagsOf).flatMap(switchIn),
  ...Object.values(settings).flatMap(switchIn),
];

/** A command's own flags and settings. */
function flagsOf(command: CommandName): readonly { flag?: string; argument?: string }[] {
  const { flags, ownSettings = [] } = commandUsages[command];
  return [...flags, ...ownSettings];
}

function switchIn({ flag, argument }: { flag?: string; argument?: string }): string[] {
  return flag !== undefined && argument === undefined ? [flag] : [];
}

/** The form of a command's command line. */
interface Form {
  flags: readonly string[];
  /** The maximum number of words, not counting its name. */
  maxWords: number;
  /** The settings that it takes. */
  settings: readonly Setting<unknown>[];
  /** Builds the command, and adds anything wrong to `problems`. */
  parse(flags: Flags, words: readonly string[], problems: string[]): Command;
}

const serve: Form = {
  flags: serveFlags,
  maxWords: 0,
  settings: Object.values(settings),
  parse: (flags, _, problems) => ({ kind: 'serve', flags, problems }),
};

/** The commands that are called by name. */
const named: Readonly<Record<CommandName, Form>> = {
  serve: formOf('serve', (flags, _, problems) => ({
    kind: 'serve',
    flags,
    problems,
    isNamed: true,
  })),
  app: formOf('app', parseApp),
  keys: formOf('keys', parseKeys),
  setup: formOf('setup', parseSetup),
  doctor: formOf('doctor', parseDoctor),
  check: formOf('check', parseCheck),
  graph: formOf('graph', parseGraph),
  report: formOf('report', parseReport),
  sandbox: formOf('sandbox', parseSandbox),
};

function formOf(command: CommandName, parse: Form['parse']): Form {
  const { maxWords, takesSettings, ownSettings = [] } = commandUsages[command];
  const own = flagsOf(command).flatMap(({ flag }) => flag ?? []);
  return {
    flags: [...own, ...(takesSettings ? serveFlags : [])],
    maxWords,
    settings: [...ownSettings, ...(takesSettings ? Object.values(settings) : [])],
    parse,
  };
}

/** The one-letter forms of flags. */
const shortForms = { help: 'h', version: 'V' } as const;

function isSwitch({ written }: GivenFlag): boolean {
  const [long, short] = [switches, Object.values(shortForms)];
  return [...long.map((name) => `--${name}`), ...short.map((letter) => `-${letter}`)].includes(
    written,
  );
}

/**
 * Parses the command line. Errors do not repeat what was not understood, unless it is close to a
 * known name: it may be a secret in the wrong place.
 *
 * @param given what follows the program's name.
 * @throws {ConfigError} for anything that was not understood.
 */
export function parseCommand(given: readonly string[]): Command {
  const line = readLine(given);
  const [first, ...others] = line.words;
  const name = first !== undefined && isCommandName(first) ? first : undefined;
  const form = name && named[name];
  if (first !== undefined && !form && !line.isFirstWordValue) throw noCommand(first);
  if (line.asks('help')) return { kind: 'help', of: name };
  if (line.asks('version')) return { kind: 'version' };

  const words = form ? others : line.words;
  const { flags, maxWords, settings: fences, parse } = form ?? serve;
  const problems = [...surplusWords(words, maxWords), ...wrongFlags(line.flags, flags)];
  problems.push(...contradictions(line.flags, fences));
  if (name === 'keys') problems.push(...repetitions(line.flags));
  // Those of keys are read together, like settings, and no value is repeated.
  const otherFlags = name === 'keys' ? [] : line.flags;
  if (name !== undefined) problems.push(...tokensIn(otherFlags, words, fences));
  const command = parse(line.values, words, problems);
  // Problems with the settings are reported together with these.
  if (command.kind !== 'serve' && problems.length > 0) throw new ConfigError(problems);
  return command;
}

/** A flag of the command line, known or not. */
interface GivenFlag {
  /** As written, up to its value. */
  written: string;
  /** Without its dashes. */
  name: string;
  value: string | undefined;
  /** Position among all arguments, from 1. */
  position: number;
}

interface Line {
  values: Flags;
  flags: readonly GivenFlag[];
  /** Everything that is not a flag. */
  words: readonly string[];
  /** Whether the first of them may be the value of the flag before it, which is not known. */
  isFirstWordValue: boolean;
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
  let isFirstWordValue = false;
  for (const token of tokens) {
    const position = token.index + 1;
    if (token.kind === 'positional') {
      const before = flags.get(token.index);
      if (words.length === 0) isFirstWordValue = before !== undefined && !isSwitch(before);
      words.push(token.value);
    }
    if (token.kind !== 'option') continue;
    // parseArgs makes one flag of each letter after a single dash.
    const isLong = token.rawName.startsWith('--');
    const written = isLong ? token.rawName : (given[token.index] ?? '');
    const name = written.replace(/^-+/, '');
    flags.set(position, { written, name, value: token.value, position });
  }
  const list = [...flags.values()];
  const asks: Line['asks'] = (name) =>
    list.some(({ written }) => written === `--${name}` || written === `-${shortForms[name]}`);
  return { values, flags: list, words, isFirstWordValue, asks };
}

/** What is wrong with a word in place of a command; any other problem would follow from it. */
function noCommand(word: string): ConfigError {
  const flag = word === 'help' || word === 'version' ? `--${word}` : undefined;
  const meant = flag ?? suggest(word, commandNames);
  return new ConfigError([
    meant === undefined
      ? `Word 1 of the command line is not a command. Commands: ${commandNames.join(', ')}; see --help.`
      : `There is no command "${word}": did you mean ${meant}?`,
  ]);
}

/** Tokens where a command takes something else, in all but settings, which look for it themselves. */
function tokensIn(
  flags: readonly GivenFlag[],
  words: readonly string[],
  settingsTaken: readonly Setting<unknown>[],
): string[] {
  const names = flags
    .filter(({ name }) => !settingsTaken.some(({ flag }) => flag === name))
    .flatMap(({ written, value }) => (holdsTokenForm(value ?? '') ? [written] : []));
  const places = words.flatMap((word, index) =>
    holdsTokenForm(word) ? [`Word ${index + 1} after the command`] : [],
  );
  return [...names, ...places].map(
    (place) => `${place} holds a token, which belongs in SEGMENT_API_TOKEN.`,
  );
}

function surplusWords(words: readonly string[], maxWords: number): string[] {
  return words
    .slice(maxWords)
    .map(
      (_, index) =>
        `Word ${maxWords + index + 1} of the command line is not expected here; see --help.`,
    );
}

function wrongFlags(flags: readonly GivenFlag[], known: readonly string[]): string[] {
  return flags.flatMap((flag) => {
    const problems: string[] = [];
    const isKnown = known.includes(flag.name) && flag.written.startsWith('--');
    if (isKnown && flag.value?.startsWith('--')) {
      problems.push(`${flag.written} needs a value, but another flag follows it.`);
    }
    if (!isKnown) problems.push(unknownFlag(flag, known));
    return problems;
  });
}

/**
 * A restricting setting may be given twice only with the same meaning: otherwise it is unclear
 * which one was intended.
 */
function contradictions(
  flags: readonly GivenFlag[],
  fences: readonly Setting<unknown>[],
): string[] {
  return fences.flatMap(({ restricts, flag, schema }) => {
    if (!restricts || flag === undefined) return [];
    const given = flags.filter(({ written }) => written === `--${flag}`);
    const meanings = given.map(({ value = '1' }) => {
      const { success, data } = schema().safeParse(value.trim());
      return success ? JSON.stringify(data) : value;
    });
    if (new Set(meanings).size < 2) return [];
    return [
      `--${flag} is given more than once, with different values. It is a restriction, so it needs a clear value: give it once.`,
    ];
  });
}

/** Most flags of a key are restrictions, and none makes sense twice. */
function repetitions(flags: readonly GivenFlag[]): string[] {
  const names = flags.map(({ name }) => name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) < index));
  return commandUsages.keys.flags
    .filter(({ flag }) => repeated.has(flag))
    .map(({ flag }) => `--${flag} is given more than once: give it once.`);
}

const tokenFlags = ['token', 'api-token', 'api-key', 'apikey', 'key'];

function unknownFlag({ written, name, position }: GivenFlag, known: readonly string[]): string {
  if (tokenFlags.includes(name.toLowerCase())) {
    return `${written} is not a flag: never put a token on a command line; set SEGMENT_API_TOKEN instead.`;
  }
  const owner = commandNames.find((command) =>
    commandUsages[command].ownSettings?.some(({ flag }) => flag === name),
  );
  if (owner) {
    return `${written} needs the command ${owner}: write ${programName} ${owner} ${written} ….`;
  }
  const meant = suggest(name, [...known, ...Object.keys(shortForms)]);
  if (meant !== undefined) return `${written} is not a flag here: did you mean --${meant}?`;
  const all = [...switches, ...serveFlags, ...Object.values(named).flatMap((form) => form.flags)];
  const what = all.includes(name) ? written : `Argument ${position} of the command line`;
  return `${what} is not a flag here; see --help.`;
}

function parseSetup(flags: Flags, words: readonly string[], problems: string[]): Command {
  const { write, remove, yes, http, 'key-env': keyEnv, ...rest } = flags;
  if (yes === true && write !== true && remove !== true) {
    problems.push('--yes requires --write or --remove: nothing else asks.');
  }
  if (write === true && remove === true) {
    problems.push('--write and --remove are mutually exclusive: drop one.');
  }
  if (http === true) problems.push('--http needs a URL.');
  if (keyEnv === true) problems.push('--key-env needs the name of a variable.');
  const isRemote = http !== undefined || keyEnv !== undefined;
  const textOf = (flag: Flags[string]) => (typeof flag === 'string' ? flag : undefined);
  const remote = isRemote ? { url: textOf(http), keyVariable: textOf(keyEnv) } : undefined;
  const wanted = { write: write === true, remove: remove === true, yes: yes === true };
  return { kind: 'setup', clients: words, flags: rest, remote, ...wanted };
}

/** `--http` names where to serve, or with a scheme a running server. */
function parseDoctor(flags: Flags, _: readonly string[], problems: string[]): Command {
  const { json, 'key-env': keyEnv, ...rest } = flags;
  if (keyEnv === true) problems.push('--key-env needs the name of a variable.');
  const keyVariable = typeof keyEnv === 'string' ? keyEnv : undefined;
  const { http, ...others } = rest;
  const isRunning = typeof http === 'string' && /^https?:\/\//i.test(http.trim());
  const common = { kind: 'doctor', json: json === true } as const;
  if (isRunning) return { ...common, flags: others, server: { url: http.trim(), keyVariable } };
  if (keyVariable !== undefined) problems.push('--key-env requires --http URL.');
  return { ...common, flags: rest, server: undefined };
}

function parseKeys(flags: Flags, words: readonly string[], problems: string[]): Command {
  const [action, id] = words;
  const kind = keyActions.find((each) => each === action);
  if (kind === undefined) problems.push(`keys needs one of ${keyActions.join(', ')}.`);
  if (kind === 'revoke' && id === undefined) {
    problems.push('keys revoke needs the id of a key; see keys list.');
  }
  if (kind !== 'revoke' && id !== undefined) problems.push(...surplusWords(words, 1));
  for (const flag of Object.keys(flags)) {
    const actions = keyActions.filter((each) => flagsOfKeyActions[each].includes(flag));
    if (kind === undefined || actions.length === 0 || actions.includes(kind)) continue;
    problems.push(`--${flag} is for keys ${actions.join(', ')} only.`);
  }
  return { kind: 'keys', action: kind ?? 'list', id, flags };
}

function parseGraph(flags: Flags, _: readonly string[], problems: string[]): Command {
  const { format: given = graphFormats[0], ...rest } = flags;
  const format = graphFormats.find((each) => each === given);
  if (format === undefined) problems.push(`--format must be one of ${graphFormats.join(', ')}.`);
  return { kind: 'graph', format: format ?? graphFormats[0], ...parseOut(rest, problems) };
}

function parseReport(flags: Flags, _: readonly string[], problems: string[]): Command {
  return { kind: 'report', ...parseOut(flags, problems) };
}

/** Where a document goes; `-` is stdout, as elsewhere. */
function parseOut(flags: Flags, problems: string[]): PictureCommand {
  const { out: given, force, ...rest } = flags;
  if (given === true || given === '') problems.push('--out needs a file name.');
  if (force === true && given === undefined) {
    problems.push('--force requires --out: it replaces that file.');
  }
  const isFile = typeof given === 'string' && given !== '-';
  return { flags: rest, out: isFile ? { path: given, isForced: force === true } : undefined };
}

function parseApp(flags: Flags, _: readonly string[], problems: string[]): Command {
  const { port, 'no-open': noOpen, ...rest } = flags;
  return { kind: 'app', flags: rest, port: portIn(port, 0, problems), isOpened: noOpen !== true };
}

function portIn(given: Flags[string], fallback: number, problems: string[]): number {
  const port = given === undefined ? fallback : Number(given);
  if (given === true || !Number.isInteger(port) || port < 0 || port > 65_535) {
    problems.push('--port needs a number from 0 to 65535.');
  }
  return port;
}

function parseSandbox(flags: Flags, _: readonly string[], problems: string[]): Command {
  const port = portIn(flags.port, sandboxPort, problems);
  const edition = sandboxEditions.find((each) => each === flags.edition);
  if (flags.edition !== undefined && edition === undefined) {
    problems.push(`--edition must be one of ${sandboxEditions.join(', ')}.`);
  }
  const { seed, record } = flags;
  if (seed === true) problems.push('--seed needs a file name.');
  if (record === true) problems.push('--record needs a file name, or - for stdout.');
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
    problems.push('--json means --format json: give only one of them.');
  }
  if (words.length === 0) {
    problems.push(
      'The query is missing: pass it in quotes, name files, or pass - to read standard input.',
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
