import { readdirSync, readFileSync } from 'node:fs';
import type { BundledPackage } from './bundled-packages.ts';

/** The license texts of packages, which must accompany the bundle. */
export function thirdPartyNotices(packages: readonly BundledPackage[]): string {
  return packages.map(notice).join(`\n${'-'.repeat(72)}\n\n`);
}

function notice({ folder, name, version, license }: BundledPackage): string {
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : readFileSync(`${folder}/${file}`, 'utf8');
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
