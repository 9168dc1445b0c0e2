import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

/*
 * The pages of `segment-audiences-mcp app`. Browsers run them, so no file of theirs is shared with the
 * program.
 */

const folder = 'src/app/host';

/** Browsers that know `light-dark()`, which the style sheet needs. */
const browsers = ['chrome123', 'firefox120', 'safari17.5'];

/** @returns the files by their paths in dist, and the source files that are bundled in them. */
export async function hostPages(): Promise<{ files: Map<string, Uint8Array>; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: {
      host: `${folder}/main.ts`,
      frame: `${folder}/frame.ts`,
      style: `${folder}/style.css`,
    },
    outdir: 'dist/host',
    write: false,
    bundle: true,
    format: 'iife',
    target: browsers,
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  const built = (name: string) => {
    const file = outputFiles.find(({ path }) => path.replaceAll('\\', '/').endsWith(`/${name}`));
    if (!file) throw new Error(`The build made no ${name}.`);
    return file.text.trim();
  };
  const page = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');
  // No origin has the address of a view, so its document can't load a script from there.
  const frame = page('frame.html').replace(
    '<script></script>',
    () => `<script>${built('frame.js')}</script>`,
  );
  const texts = {
    'host/index.html': page('index.html'),
    'host/frame.html': frame,
    'host/host.js': built('host.js'),
    'host/host.css': built('style.css'),
  };
  const encoder = new TextEncoder();
  return {
    files: new Map(Object.entries(texts).map(([name, text]) => [name, encoder.encode(text)])),
    inputs: Object.keys(metafile.inputs),
  };
}
