import { readFileSync } from 'node:fs';
import * as z from 'zod';

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
});

/** A package of which a part is in the bundles. */
export interface BundledPackage {
  /** Its folder, relative to the project. */
  folder: string;
  name: string;
  version: string;
  /** As an SPDX expression. */
  license: string;
  /** The names of the packages that it depends on. */
  dependencies: readonly string[];
}

/**
 * The packages in a bundle, by folder.
 *
 * @param inputs the bundle's source files, relative to the project.
 */
export function bundledPackages(inputs: readonly string[]): BundledPackage[] {
  const folders = new Set(inputs.flatMap(packageFolder));
  return [...folders].sort().map((folder) => {
    const manifest = manifestSchema.parse(
      JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')),
    );
    return { ...manifest, folder, dependencies: Object.keys(manifest.dependencies) };
  });
}

function packageFolder(file: string): string[] {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match?.[1] === undefined ? [] : [match[1]];
}
