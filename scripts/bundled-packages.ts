import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { copiedCode, copiedText } from './copied-code.ts';
import { licenseTexts } from './license-texts.ts';

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
});
type Manifest = z.infer<typeof manifestSchema>;

const sourceMapSchema = z.object({ sources: z.array(z.string().nullable()) });

/** A package of which a part is in the bundles, or code of others that a package has copied. */
export interface BundledPackage {
  name: string;
  /** Undefined if the package that copied it does not say. */
  version: string | undefined;
  /** As an SPDX expression. */
  license: string;
  /** Its license texts and copyright notices. */
  text: string;
  /** https://github.com/package-url/purl-spec */
  purl: string;
  /** Where it is installed, relative to the project; undefined for copied code. */
  folder: string | undefined;
  /** The names of what it depends on or contains. */
  dependencies: readonly string[];
}

/**
 * The packages in a bundle, with those that were already bundled into others when these were
 * published, and with the code that others have copied; by name.
 *
 * @param inputs the bundle's source files, relative to the project.
 * @throws an Error if nothing says which version of a package is in another.
 */
export function bundledPackages(inputs: readonly string[]): BundledPackage[] {
  const filesIn = new Map<string, string[]>();
  for (const file of inputs) {
    const folder = packageFolder(file);
    if (folder !== undefined) filesIn.set(folder, [...(filesIn.get(folder) ?? []), file]);
  }
  const within = new Map<string, string[]>();
  for (const [folder, files] of [...filesIn]) {
    const names = containedIn(folder, files);
    within.set(folder, [...names.keys()]);
    for (const contained of names.values()) {
      if (!filesIn.has(contained)) filesIn.set(contained, []);
    }
  }
  const installed = [...filesIn].map(([folder, files]) => {
    const { name, version, license, dependencies } = manifestIn(folder);
    const copies = copiedCode.filter((each) => each.within === name).map((each) => each.name);
    const contained = [...(within.get(folder) ?? []), ...copies];
    return {
      name,
      version,
      license,
      text: licenseTexts(folder, files),
      purl: npmPurl({ name, version }),
      folder,
      dependencies: [...new Set([...Object.keys(dependencies), ...contained])],
    };
  });
  const copied = copiedCode
    .filter(({ files }) => inputs.some((file) => file in files))
    .map((each) => {
      const { name, version, license, purl } = each;
      const text = copiedText(each);
      return { name, version, license, text, purl, folder: undefined, dependencies: [] };
    });
  return [...installed, ...copied].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** As package URLs name packages of npm: the scope's @ is percent-encoded. */
export function npmPurl({ name, version }: { name: string; version: string }): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

function packageFolder(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

function manifestIn(folder: string): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')));
}

/**
 * The packages that were bundled into files of a package: by name, the folder where the same version
 * is installed, which has its license.
 */
function containedIn(folder: string, files: readonly string[]): Map<string, string> {
  const own = manifestIn(folder);
  const found = new Map<string, string>();
  for (const path of files.flatMap(sourcesOf)) {
    const [name, versionInPath] = packageInPath(path) ?? [];
    if (name === undefined || name === own.name) continue;
    const version = versionInPath ?? own.dependencies[name];
    const installed = [`${folder}/node_modules/${name}`, `node_modules/${name}`].find(
      (each) => existsSync(`${each}/package.json`) && manifestIn(each).version === version,
    );
    if (installed === undefined) {
      const what = `${own.name} contains ${name} ${version ?? 'in a version that it does not name'}`;
      throw new Error(`${what}, which is not installed: add it to scripts/copied-code.ts`);
    }
    found.set(name, installed);
  }
  return found;
}

/** What a file was made from: in the comments of its bundler, and in its source map. */
function sourcesOf(file: string): string[] {
  const regions = [...readFileSync(file, 'utf8').matchAll(/^\s*\/\/#region (\S+)$/gm)];
  const map = `${file}.map`;
  const { sources } = sourceMapSchema.parse(
    existsSync(map) ? JSON.parse(readFileSync(map, 'utf8')) : { sources: [] },
  );
  return [...regions.map(([, path]) => path), ...sources].filter(
    (path) => typeof path === 'string',
  );
}

/** The package of a path; pnpm's paths have its version, too. */
function packageInPath(path: string): [name: string, version?: string] | undefined {
  const parts = path.split('/');
  const at = parts.lastIndexOf('node_modules') + 1;
  if (at === 0) return undefined;
  const scoped = parts[at]?.startsWith('@');
  const name = parts.slice(at, at + (scoped ? 2 : 1)).join('/');
  const store = parts[at - 2] ?? '';
  const prefix = `${name.replace('/', '+')}@`;
  const version = store.startsWith(prefix)
    ? store.slice(prefix.length).split(/[_(]/)[0]
    : undefined;
  return version === undefined ? [name] : [name, version];
}
