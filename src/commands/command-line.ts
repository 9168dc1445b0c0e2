import type { Flags } from '../config/config.ts';

/** A command as typed into a shell of the platform. */
export function commandLine(words: readonly string[], platform: NodeJS.Platform): string {
  return words.map((word) => shellWord(word, platform)).join(' ');
}

function shellWord(word: string, platform: NodeJS.Platform): string {
  if (/^[\w./:=@+,-]+$/.test(word)) return word;
  if (platform === 'win32') return `"${word.replaceAll('"', '\\"')}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Flags as the words of a command line. */
export function wordsOf(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([flag, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${flag}`];
    return value.startsWith('-') ? [`--${flag}=${value}`] : [`--${flag}`, value];
  });
}
