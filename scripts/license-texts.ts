import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The license texts of a package: of its folder, of the folders below it that have files in the
 * bundle, what is next to these files, and the copyright notices in them, each once.
 *
 * @param files the bundled files of the package, relative to the project.
 */
export function licenseTexts(folder: string, files: readonly string[]): string {
  const folders = new Set([folder, ...files.flatMap((file) => foldersBetween(folder, file))]);
  // Where esbuild puts the license comments of a bundle.
  const legal = files.map((file) => `${file}.LEGAL.txt`).filter((file) => existsSync(file));
  const texts = [...[...folders].flatMap(licenseFilesIn), ...legal].map((file) =>
    readFileSync(file, 'utf8'),
  );
  const comments = files.flatMap((file) => noticesIn(readFileSync(file, 'utf8')));
  const all: string[] = [];
  for (const text of [...texts, ...comments].map((each) => each.trim())) {
    if (!all.some((each) => wordsOf(each).includes(wordsOf(text)))) all.push(text);
  }
  return all.join('\n\n');
}

/** The copyright notices in the comments of a file, without the comments' marks. */
export function noticesIn(source: string): string[] {
  const comments = [...source.matchAll(/\/\*[\s\S]*?\*\//g)].map(([comment]) => comment);
  return comments
    .filter((comment) => /copyright|@licen[cs]e|^\/\*!/i.test(comment))
    .map((comment) =>
      comment
        .slice(2, -2)
        .replace(/^[*!]+/, '')
        .split('\n')
        .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
        .join('\n')
        .trim(),
    );
}

function licenseFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) =>
    /^(?:licen[cs]e|notice|copying)\b/i.test(name),
  );
  return names.filter((name) => !/\.[cm]?[jt]s$/.test(name)).map((name) => `${folder}/${name}`);
}

function foldersBetween(folder: string, file: string): string[] {
  const above = dirname(file);
  return above.length <= folder.length ? [] : [...foldersBetween(folder, above), above];
}

function wordsOf(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ');
}
