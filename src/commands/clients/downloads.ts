import { name as programName } from '../../version.ts';
import { commandName, isNode, type ServerStart } from './entry.ts';
import { isWrapper, unwrapped } from './wrappers.ts';

/*
 * Whether an entry has its program downloaded whenever a client starts it. Sources: the documentation of
 * npm exec, pnpm dlx, yarn dlx and bunx, and of npm-package-arg for what a package can be.
 */

/** How an entry starts its program, as far as programs that download are concerned. */
export type Downloading =
  /** It has a program downloaded. */
  | {
      kind: 'download';
      /** From the npm registry, under a name that anybody can take; or from a repository or a URL. */
      from: 'registry' | 'elsewhere';
      /** Whether what is downloaded, or run of it, bears this program's name. */
      isNamedOurs: boolean;
    }
  /** How the program is started is not understood; `by` is the name of what starts it. */
  | { kind: 'unclear'; by: string }
  /** It starts what is on this machine. */
  | { kind: 'none' };

/** What a runner of packages understands. */
interface Runner {
  /** The words one of which must follow; empty if it downloads without. */
  subcommands: readonly string[];
  /** Its options with a value, except for that of the package. */
  valued: readonly string[];
}

const npmValued = ['-w', '--workspace', '--prefix', '-C', '--registry', '--cache', '--loglevel'];
const pnpmValued = ['-C', '--dir', '--reporter', '--loglevel', '--registry', '--allow-build'];
const runners: ReadonlyMap<string, Runner> = new Map(
  Object.entries({
    npx: { subcommands: [], valued: npmValued },
    npm: { subcommands: ['exec', 'x'], valued: npmValued },
    pnpx: { subcommands: [], valued: pnpmValued },
    pnpm: { subcommands: ['dlx'], valued: pnpmValued },
    yarn: { subcommands: ['dlx'], valued: ['--cwd'] },
    bunx: { subcommands: [], valued: ['--cwd'] },
    bun: { subcommands: ['x'], valued: ['--cwd'] },
  }),
);

const packageOptions = ['-p', '--package'];
/** Options without a value, whatever the runner. */
const switches = [
  ...['-y', '--yes', '-q', '--quiet', '-s', '--silent', '--verbose', '--bun', '--offline'],
  ...['--prefer-offline', '--prefer-online', '--ignore-scripts', '--ignore-existing'],
];

/** How an entry starts its program: whether it has it downloaded. */
export function downloadingIn({ command, args }: ServerStart): Downloading {
  const { words, isUnderstood } = unwrapped([command, ...args]);
  const run = isUnderstood ? runOf(words)?.run : undefined;
  if (run) return downloadOf(run);
  // Whatever starts a runner may have it download.
  const by = namesBefore(words).find((name) => runners.has(name) || isWrapper(name));
  return by === undefined ? { kind: 'none' } : { kind: 'unclear', by };
}

/**
 * What a runner of packages is to run: packages and a command; all words, if that is not understood, and
 * undefined if no runner is started.
 */
export function runIn(words: readonly string[]): readonly string[] | undefined {
  const found = runOf(words);
  if (!found) return undefined;
  const { run } = found;
  return run ? [...run.packages, run.command ?? []].flat() : words.slice(1);
}

/** @returns undefined if no runner is started; no run if what it is to run is not understood. */
function runOf(words: readonly string[]): { run: Run | undefined } | undefined {
  const [first = '', second = '', ...others] = words;
  const isByNode = isNode(first) && runners.has(runnerName(second));
  const runner = runners.get(runnerName(isByNode ? second : first));
  if (!runner) return undefined;
  return { run: readRunner(isByNode ? others : words.slice(1), runner) };
}

/** The names of the words in front of this program. */
function namesBefore(words: readonly string[]): string[] {
  const names = words.map(runnerName);
  const at = words.findIndex((word, index) => namesProgram(word) || names[index] === 'main');
  return at === -1 ? names : names.slice(0, at);
}

/** The name of a runner, also where Node.js runs its main file, such as `npx-cli.js`. */
function runnerName(word: string): string {
  return commandName(word).replace(/(?:-cli)?\.[cm]?js$/, '');
}

/** What a runner is to run. */
interface Run {
  packages: readonly string[];
  /** The command, which is also the package if none is named; undefined if it is not known. */
  command: string | undefined;
}

/** @returns undefined for what is not understood. */
function readRunner(words: readonly string[], { subcommands, valued }: Runner): Run | undefined {
  const before = optionsIn(words, valued);
  if (subcommands.length === 0) return readFrom(before);
  const [subcommand = '', ...others] = before.rest;
  if (!before.isUnderstood || !subcommands.includes(subcommand)) return undefined;
  const after = optionsIn(others, valued);
  return readFrom({ ...after, packages: [...before.packages, ...after.packages] });
}

/** The options in front of a command. */
interface Options {
  packages: readonly string[];
  /** What follows them. */
  rest: readonly string[];
  /** Whether it is known which of them take a value, and with that where they end. */
  isUnderstood: boolean;
}

function optionsIn(words: readonly string[], valued: readonly string[]): Options {
  const packages: string[] = [];
  let at = 0;
  for (let word = words[at]; word?.startsWith('-') && word !== '--'; word = words[at]) {
    const [, name = word, value] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
    const isPackage = packageOptions.includes(name);
    const takesValue = isPackage || valued.includes(name);
    if (!takesValue && !isSwitch(name)) return { packages, rest: [], isUnderstood: false };
    if (isPackage) packages.push(value ?? words[at + 1] ?? '');
    at += takesValue && value === undefined ? 2 : 1;
  }
  return { packages, rest: words.slice(at), isUnderstood: true };
}

/** @returns undefined if nothing says what is run. */
function readFrom({ packages, rest: [first, second] }: Options): Run | undefined {
  const command = first === '--' ? second : first;
  return packages.length === 0 && command === undefined ? undefined : { packages, command };
}

function isSwitch(option: string): boolean {
  // This one keeps it from downloading.
  if (option === '--no-install') return false;
  return switches.includes(option) || option.startsWith('--no-');
}

function downloadOf({ packages, command }: Run): Downloading {
  const named = packages.length > 0 ? packages : [command ?? ''];
  const sources = named.map(sourceOf);
  if (sources.every((source) => source === 'file')) return { kind: 'none' };
  return {
    kind: 'download',
    from: sources.includes('elsewhere') ? 'elsewhere' : 'registry',
    isNamedOurs: [...named, command ?? ''].some(namesProgram),
  };
}

type PackageSource = 'file' | 'registry' | 'elsewhere';

/** Where a package comes from, by the rules of npm-package-arg: in NAME@PLACE, the place counts. */
function sourceOf(spec: string): PackageSource {
  const sign = spec.indexOf('@', 1);
  const name = sign === -1 ? spec : spec.slice(0, sign);
  if (!/^(?:@[\w.~-]+\/)?[\w.~-]+$/.test(name)) return sourceOfPlace(spec);
  if (sign !== -1) return sourceOfPlace(spec.slice(sign + 1));
  return /\.(?:tgz|tar|tar\.gz)$/i.test(spec) ? 'file' : 'registry';
}

function sourceOfPlace(place: string): PackageSource {
  if (/^(?:file:|\.{0,2}[\\/]|~[\\/]|[a-z]:[\\/])/i.test(place)) return 'file';
  if (place.startsWith('npm:')) return 'registry';
  if (place.includes(':')) return 'elsewhere';
  // One slash is short for a repository of GitHub; with more of them, it is a path.
  const slashes = place.split('/').length - 1;
  if (slashes === 1) return 'elsewhere';
  return slashes > 1 ? 'file' : 'registry';
}

/** Whether a package, a path or a URL bears this program's name, perhaps with a version or an ending. */
function namesProgram(text: string): boolean {
  return text.split(/[\\/:#?@=]/).some((part) => {
    return part.startsWith(programName) && /^(?:$|\.|-\d)/.test(part.slice(programName.length));
  });
}
