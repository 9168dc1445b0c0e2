import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import * as z from 'zod';
import { thirdPartyNotices } from './notices.ts';

/*
 * Bundles the program into dist/program.js, and for other people's programs the sandbox into
 * dist/sandbox.js and the query language into dist/query.js. The bin, dist/main.js, is a small file of
 * its own that any Node can read: it looks at Node's version before the program, which an old Node
 * can't even parse, is loaded.
 *
 * The format is CommonJS, because Node 20 starts such a bundle about a tenth faster than the same
 * in ESM; dist/package.json says so to Node. Dynamic imports stay lazy inside the one file. Of some
 * packages only a part is taken, because Node compiles the whole file at every start.
 */

/**
 * Puts a shim in place of the validator that the SDK imports by a relative path. The build fails
 * where there is no such import: the SDK has moved it then, and start-up would be slower unnoticed.
 */
const lazyValidator: Plugin = {
  name: 'lazy-validator',
  setup({ onResolve, onEnd }) {
    let matches = 0;
    onResolve({ filter: /\/ajv-provider\.js$/ }, ({ importer }) => {
      if (!importer.includes('/sdk/dist/esm/server/')) return undefined;
      matches += 1;
      return { path: fileURLToPath(new URL('shims/ajv-provider.cjs', import.meta.url)) };
    });
    onEnd(() => {
      const text = 'shims/ajv-provider.cjs stands in for nothing: the SDK has moved its validator';
      return matches > 0 ? undefined : { errors: [{ text }] };
    });
  },
};

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: {
    program: 'src/main.ts',
    sandbox: 'src/sandbox/start.ts',
    query: 'src/query/public.ts',
  },
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: 'node20.18',
  format: 'cjs',
  minify: true,
  alias: { undici: './scripts/shims/undici.cjs', bottleneck: 'bottleneck/light.js' },
  plugins: [lazyValidator],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
const manifestSchema = z.object({ engines: z.object({ node: z.string().regex(/^>=[\d.]+$/) }) });
const { engines } = manifestSchema.parse(JSON.parse(readFileSync('package.json', 'utf8')));
await build({
  entryPoints: { main: 'src/bin.cjs' },
  outdir: dist,
  target: 'es2015',
  define: { MIN_NODE: JSON.stringify(engines.node.replace('>=', '')) },
  minify: true,
  logLevel: 'warning',
});
writeFileSync(`${dist}package.json`, '{ "type": "commonjs" }\n');
writeFileSync(`${dist}THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(Object.keys(metafile.inputs)));
