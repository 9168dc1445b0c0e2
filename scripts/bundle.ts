import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';
import * as z from 'zod';

/*
 * Bundles the program into program.js and the chunks that it loads on first use, and for other
 * people's programs the sandbox into sandbox.js and the query language into query.js. The bin,
 * main.js, is a small separate file that any Node can parse: it checks Node's version before
 * loading the program, which an old Node can't even parse.
 *
 * Node compiles every file that it loads as a whole, so code that a start does not need is in other
 * files: that makes a start about a tenth faster. The format is CommonJS, because Node 20 starts it
 * about a tenth faster than ESM; dist/package.json declares it to Node. esbuild splits only ESM
 * into chunks, so each chunk is converted to CommonJS afterwards. Of some packages only a part is
 * bundled.
 */

/**
 * Replaces the validator that the SDK imports by a relative path with a shim. The build fails if
 * there is no such import: the SDK has moved it then, and start-up would become slower unnoticed.
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
    // A separate chunk: esbuild makes chunks of what is imported, not of what is required.
    onResolve({ filter: /\/validation\/ajv$/ }, () => ({ path: './validator.js', external: true }));
    onEnd(() => {
      const text = 'shims/ajv-provider.cjs replaces nothing: the SDK has moved its validator';
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

/** The content of a bundle. */
export interface Bundle {
  /** The files of dist, by name. */
  files: ReadonlyMap<string, Uint8Array>;
  /** The bundled source files, of all chunks, relative to the project. */
  inputs: readonly string[];
}

/** Bundles all code in dist, and writes nothing. */
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
  // esbuild would copy all exports at every import(), even if a module is already loaded.
  const loading = text.replaceAll(
    /\bimport\(("[^"]+")\)/g,
    'Promise.resolve().then(()=>require($1))',
  );
  const { code } = await transform(loading, { format: 'cjs', target: shared.target, minify: true });
  return new TextEncoder().encode(code);
}

const manifestSchema = z.object({ engines: z.object({ node: z.string().regex(/^>=[\d.]+$/) }) });

/** The oldest supported Node. */
function minNode(): string {
  const { engines } = manifestSchema.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  return engines.node.replace('>=', '');
}
