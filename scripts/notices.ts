import type { BundledPackage } from './bundled-packages.ts';

/** The license texts of packages, which must accompany the bundle. */
export function thirdPartyNotices(packages: readonly BundledPackage[]): string {
  return packages.map(notice).join(`\n${'-'.repeat(72)}\n\n`);
}

function notice({ name, version, license, text }: BundledPackage): string {
  const heading = version === undefined ? name : `${name} ${version}`;
  return `${heading} (${license})\n\n${text}\n`;
}
