import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';
import * as z from 'zod';

/*
 * Bundles the program into program.js and the chunks that it loads when it first needs them, and for
 * other people's programs the sandbox into sandbox.js and the query language into query.js. The bin,
 * main.js, is a small file of its own that any Node can read: it looks at Node's version before the
 * program, which an old Node can't even parse, is loaded.
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
      if (!importer.replaceAll('\\', '/').includes('/sdk/dist/esm/server/')) return undefined;
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

const shared = {
  outdir: 'dist',
  write: false,
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

/** What a bundle is made of. */
export interface Bundle {
  /** The files of dist, by name. */
  files: ReadonlyMap<string, Uint8Array>;
  /** The source files that went in, of all chunks, relative to the project. */
  inputs: readonly string[];
}

/** Bundles everything that dist holds of code, and writes nothing. */
export async function bundle(): Promise<Bundle> {
  const program = await build({
    ...shared,
    entryPoints: { program: 'src/main.ts' },
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    plugins: [lazyValidator],
  });
  const others = await build({
    ...shared,
    entryPoints: {
      validator: '@modelcontextprotocol/sdk/validation/ajv',
      sandbox: 'src/sandbox/start.ts',
      query: 'src/query/public.ts',
    },
    format: 'cjs',
  });
  const bin = await build({
    entryPoints: { main: 'src/bin.cjs' },
    outdir: 'dist',
    write: false,
    target: 'es2015',
    define: { MIN_NODE: JSON.stringify(minNode()) },
    minify: true,
    logLevel: 'warning',
  });
  const files = new Map<string, Uint8Array>();
  for (const { path, text } of program.outputFiles)
    files.set(basename(path), await toCommonJs(text));
  for (const { path, contents } of [...others.outputFiles, ...bin.outputFiles]) {
    files.set(basename(path), contents);
  }
  const inputs = [program, others].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  return { files, inputs: [...new Set(inputs)].sort() };
}

async function toCommonJs(text: string): Promise<Uint8Array> {
  // esbuild would copy all exports at every import(), also where a module is loaded already.
  const loading = text.replaceAll(
    /\bimport\(("[^"]+")\)/g,
    'Promise.resolve().then(()=>require($1))',
  );
  const { code } = await transform(loading, { format: 'cjs', target: shared.target, minify: true });
  return new TextEncoder().encode(code);
}

const manifestSchema = z.object({ engines: z.object({ node: z.string().regex(/^>=[\d.]+$/) }) });

/** The oldest Node that the program supports. */
function minNode(): string {
  const { engines } = manifestSchema.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  return engines.node.replace('>=', '');
}
