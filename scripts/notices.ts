import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';

const packageSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/**
 * The licence texts of all packages that went into a bundle, which their licences ask to be passed
 * on with it.
 *
 * @param inputs the bundle's source files, relative to the project.
 */
export function thirdPartyNotices(inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap(packageFolder));
  return [...folders]
    .sort()
    .map(notice)
    .join(`\n${'-'.repeat(72)}\n\n`);
}

function packageFolder(file: string): string[] {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match?.[1] === undefined ? [] : [match[1]];
}

function notice(folder: string): string {
  const parsed = packageSchema.parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text =
    file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, 'utf8') : '';
  return `${parsed.name} ${parsed.version} (${parsed.license})\n\n${text.trim()}\n`;
}
