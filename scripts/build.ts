import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';
import * as z from 'zod';
import { thirdPartyNotices } from './notices.ts';

/*
 * Builds the program into dist/program.js and the chunks that it loads when it first needs them, and
 * for other people's programs the sandbox into dist/sandbox.js and the query language into
 * dist/query.js. The bin, dist/main.js, is a small file of its own that any Node can read: it looks at Node's version before the program, which an old Node
 * can't even parse, is loaded.
 *
 * Node compiles every file that it loads as a whole, so what a start does not need is in other files:
 * that makes a start about a tenth faster. The format is CommonJS, because Node 20 starts it about a
 * tenth faster than ESM; dist/package.json says so to Node. esbuild divides only ESM into chunks, so
 * each is turned into CommonJS afterwards. Of some packages only a part is taken.
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
    // A chunk of its own: esbuild makes chunks of what is imported, not of what is required.
    onResolve({ filter: /\/validation\/ajv$/ }, () => ({ path: './validator.js', external: true }));
    onEnd(() => {
      const text = 'shims/ajv-provider.cjs stands in for nothing: the SDK has moved its validator';
      return matches > 0 ? undefined : { errors: [{ text }] };
    });
  },
};

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

const shared = {
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: 'node20.18',
  minify: true,
  alias: {
    undici: './scripts/shims/undici.cjs',
    bottleneck: 'bottleneck/light.js',
    // The main file of the package loads its parts in a way that a bundler can't follow.
    'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
  },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} satisfies BuildOptions;

rmSync(dist, { recursive: true, force: true });
const program = await build({
  ...shared,
  entryPoints: { program: 'src/main.ts' },
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  plugins: [lazyValidator],
  write: false,
});
mkdirSync(dist);
for (const { path, text } of program.outputFiles) {
  // esbuild would copy all exports at every import(), also where a module is loaded already.
  const loading = text.replaceAll(
    /\bimport\(("[^"]+")\)/g,
    'Promise.resolve().then(()=>require($1))',
  );
  const { code } = await transform(loading, { format: 'cjs', target: shared.target, minify: true });
  writeFileSync(path, code);
}
const others = await build({
  ...shared,
  entryPoints: {
    validator: '@modelcontextprotocol/sdk/validation/ajv',
    sandbox: 'src/sandbox/start.ts',
    query: 'src/query/public.ts',
  },
  format: 'cjs',
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
const inputs = [program, others].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeFileSync(`${dist}package.json`, '{ "type": "commonjs" }\n');
writeFileSync(`${dist}THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(inputs));
