import { generateDtsBundle } from 'dts-bundle-generator';

/**
 * The declarations of the public modules, one file per entry in package.json's exports.
 *
 * @returns the contents by file name in dist.
 */
export function publicTypes(): Map<string, string> {
  const entries = { 'query.d.ts': 'src/query/public.ts', 'sandbox.d.ts': 'src/sandbox/start.ts' };
  const output = { noBanner: true, exportReferencedTypes: false };
  const texts = generateDtsBundle(
    Object.values(entries).map((filePath) => ({ filePath, output })),
    { preferredConfigPath: 'tsconfig.json' },
  );
  return new Map(Object.keys(entries).map((name, index) => [name, texts[index] ?? '']));
}
