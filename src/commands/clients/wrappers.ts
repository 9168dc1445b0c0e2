import { commandName } from './entry.ts';

/*
 * What only starts another command: shells, cmd.exe, env. Of a command that a shell reads, only plain words
 * are understood.
 */

/** The command inside of those that wrap it. */
export interface Unwrapped {
  words: readonly string[];
  /** If not, these are the words of all that was given. */
  isUnderstood: boolean;
}

/** The words of the command inside; undefined if that is not understood. */
type Unwrap = (words: readonly string[]) => readonly string[] | undefined;

const shells = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'fish'];
const powerShells = ['powershell', 'pwsh'];
const wrappers: ReadonlyMap<string, Unwrap> = new Map<string, Unwrap>([
  ['cmd', inCmd],
  ['env', inEnv],
  ['corepack', (words) => words],
  ...shells.map((shell) => [shell, inShell] as const),
  ...powerShells.map((shell) => [shell, inPowerShell] as const),
]);

/** More than this is nobody's entry. */
const maxDepth = 5;

export function unwrapped(given: readonly string[]): Unwrapped {
  let words = given;
  for (let depth = 0; depth < maxDepth; depth += 1) {
    const unwrap = wrappers.get(commandName(words[0] ?? ''));
    if (!unwrap) return { words, isUnderstood: true };
    const inner = unwrap(words.slice(1));
    if (!inner) break;
    words = inner;
  }
  return { words: words.flatMap((word) => word.split(/\s+/)), isUnderstood: false };
}

/** Whether a command is a wrapper, by its name. */
export function isWrapper(name: string): boolean {
  return wrappers.has(name);
}

/** `/d /s /c COMMAND`, in one word or in several. */
function inCmd(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => /^\/[ckr]$/i.test(word));
  if (at === -1 || !words.slice(0, at).every((word) => word.startsWith('/'))) return undefined;
  const [first = '', ...others] = words.slice(at + 1);
  return others.length > 0 ? [first, ...others] : wordsOnWindows(first);
}

/** `-lc COMMAND`, in one word. */
function inShell(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => /^-[a-z]+$/.test(word) && word.includes('c'));
  if (at === -1 || !words.slice(0, at).every((word) => word.startsWith('-'))) return undefined;
  const text = words[at + 1] ?? '';
  return text.includes('\\') ? undefined : plainWords(text);
}

/** `-NoProfile -Command COMMAND`, in one word or in several. */
function inPowerShell(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => /^[-/](?:c|command)$/i.test(word));
  return at === -1 ? undefined : wordsOnWindows(words.slice(at + 1).join(' '));
}

/** `-S COMMAND`, or the command after variables. */
function inEnv(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => !isAssignment(word));
  const first = words[at];
  if (first === '-S') return inShell(['-c', words.slice(at + 1).join(' ')]);
  return first === undefined || first.startsWith('-') ? undefined : words.slice(at);
}

function isAssignment(word: string): boolean {
  return /^\w+=/.test(word);
}

function wordsOnWindows(text: string): string[] | undefined {
  return /[%^]/.test(text) ? undefined : plainWords(text);
}

/** The words of a command that only names a program and its arguments; undefined if it does more. */
function plainWords(text: string): string[] | undefined {
  if (/[|&;<>()$`*?[\]{}!\r\n]/.test(text)) return undefined;
  const words = text.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  const bare = words.map((word) => (/^["']/.test(word) ? word.slice(1, -1) : word));
  const at = bare.findIndex((word) => !isAssignment(word) && word !== 'exec');
  return at === -1 ? undefined : bare.slice(at);
}
