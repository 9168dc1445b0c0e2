import { resolve } from 'node:path';
import * as z from 'zod';
import { npm } from './npm.ts';

const packSchema = z.tuple([
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
]);

/**
 * Packs the package as it would be published. The build is fresh from the set-up of the tests, and must
 * not change under those that run.
 *
 * @returns the path of the tarball, and the paths of the files in it.
 */
export function packInto(folder: string): { tarball: string; paths: string[] } {
  const packed = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  const [{ filename, files }] = packSchema.parse(JSON.parse(packed));
  return { tarball: resolve(folder, filename), paths: files.map(({ path }) => path) };
}
