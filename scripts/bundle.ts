import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';
import ts from 'typescript';
import * as z from 'zod';
import { appPage } from './app-page.ts';
import { hostPages } from './host-pages.ts';

/*
 * Bundles the program into program.js and the chunks that it loads on first use, and for other
 * people's programs the sandbox into sandbox.js and the query language into query.js. The page of MCP
 * Apps is app.html, which is read when a host asks for it. The bin, main.js, is a small separate file
 * that any Node can parse: it checks Node's version before loading the program, which an old Node
 * can't even parse.
 *
 * Node compiles every file that it loads as a whole, so code that a start does not need is in other
 * files: that makes a start about a tenth faster. The format is CommonJS, because Node 20 starts it
 * about a tenth faster than ESM; dist/package.json declares it to Node. esbuild splits only ESM into
 * chunks, so each chunk is converted to CommonJS afterwards. Of some packages only a part is bundled.
 *
 * Packages of others that are slow to load, and that few servers need, are files of their own in
 * vendor/, which the program requires when it first imports them. Our own code stays together: of two
 * copies of a class, `instanceof` would know only one.
 */

/**
 * The packages that are in files of their own, each with what its file is made from. All imports of
 * them must be `import()`.
 */
const vendors = new Map([
  // Two entries of the package, which share classes.
  ['@modelcontextprotocol/server', './scripts/shims/mcp-server.mjs'],
  ['@dagrejs/dagre', '@dagrejs/dagre'],
  ['@opentelemetry/api', '@opentelemetry/api'],
  ['ioredis', 'ioredis'],
  ['jose', 'jose'],
  ['smol-toml', 'smol-toml'],
  ['yaml', 'yaml'],
]);

/** Lets the program require what is in vendor/. */
const vendorFiles: Plugin = {
  name: 'vendor-files',
  setup({ onResolve }) {
    const names = [...vendors.keys()];
    onResolve({ filter: new RegExp(`^(?:${names.join('|')})(?:/|$)`) }, ({ path, kind }) => {
      if (kind === 'entry-point') return undefined;
      const name = names.find((each) => path === each || path.startsWith(`${each}/`));
      if (kind === 'dynamic-import') return { path: `./vendor/${name}.js`, external: true };
      return { errors: [{ text: `${path} is in vendor/: import() it when it is first needed` }] };
    });
  },
};

/**
 * Replaces the validator that the SDK imports by a relative path, and that nothing here uses, with a
 * shim. The build fails if there is no such import: the SDK has moved it then, and start-up would
 * become slower unnoticed.
 */
const noValidator: Plugin = {
  name: 'no-validator',
  setup({ onResolve, onEnd }) {
    let matches = 0;
    onResolve({ filter: /\/ajv-provider\.js$/ }, ({ importer }) => {
      if (!importer.replaceAll('\\', '/').includes('/sdk/dist/esm/server/')) return undefined;
      matches += 1;
      return { path: fileURLToPath(new URL('shims/ajv-provider.cjs', import.meta.url)) };
    });
    onEnd(() => {
      const text = 'shims/ajv-provider.cjs replaces nothing: the SDK has moved its validator';
      return matches > 0 ? undefined : { errors: [{ text }] };
    });
  },
};

/**
 * Lets the bundler leave out the schemas of the SDK that nothing uses: it can't know that calling
 * their methods has no effect. Making all of them takes a fifth of a start. The build fails if there
 * are none.
 */
const usedSchemas: Plugin = {
  name: 'used-schemas',
  setup({ onLoad, onEnd }) {
    let found = 0;
    onLoad({ filter: /[\\/]sdk[\\/]dist[\\/]esm[\\/]types\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
      const pieces = statements.map((statement) => {
        const whole = text.slice(statement.pos, statement.end);
        const made = madeBy(statement);
        if (!made) return whole;
        found += 1;
        const [from, to] = [made.pos - statement.pos, made.end - statement.pos];
        const making = `/* @__PURE__ */ (() => ${whole.slice(from, to)})()`;
        return whole.slice(0, from) + making + whole.slice(to);
      });
      return { contents: pieces.join(''), loader: 'js' };
    });
    onEnd(() => {
      const text = 'no schema of the SDK was found: it has moved them';
      return found > 0 ? undefined : { errors: [{ text }] };
    });
  },
};

/** The call that makes the value of a constant, if that is all that a statement does. */
function madeBy(statement: ts.Statement): ts.CallExpression | undefined {
  if (!ts.isVariableStatement(statement)) return undefined;
  const [constant, ...others] = statement.declarationList.declarations;
  const value = constant?.initializer;
  return value && ts.isCallExpression(value) && others.length === 0 ? value : undefined;
}

const entry = 'src/main.ts';

/**
 * Makes every file that is imported when first needed import the entry, too. That is loaded by then;
 * but esbuild puts modules together by who needs them, so that without it what a start needs would be
 * in as many chunks as there are combinations, each of which costs a start its time.
 *
 * @param files absolute paths.
 */
function needingTheEntry(files: ReadonlySet<string>): Plugin {
  return {
    name: 'needing-the-entry',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!files.has(path)) return undefined;
        const source = readFileSync(path, 'utf8');
        return { contents: `import ${JSON.stringify(resolve(entry))};\n${source}`, loader: 'ts' };
      });
    },
  };
}

/** The files of src that are imported when first needed. */
function importedLater({ outputs }: Metafile): ReadonlySet<string> {
  const entries = Object.values(outputs).flatMap(({ entryPoint }) => entryPoint ?? []);
  const later = entries.filter((file) => file.startsWith('src/') && file !== entry);
  return new Set(later.map((file) => resolve(file)));
}

const shared = {
  outdir: 'dist',
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node20.18',
  minify: true,
  alias: {
    undici: './scripts/shims/undici.cjs',
    '@modelcontextprotocol/server/_shims': './scripts/shims/mcp-server-shims.mjs',
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
  /** The files of dist, by their paths in it, with slashes. */
  files: ReadonlyMap<string, Uint8Array>;
  /** The bundled source files, of all chunks, relative to the project. */
  inputs: readonly string[];
  /** The same of the program alone, with the files that it loads when it first needs them. */
  program: { inputs: readonly string[]; loadedLater: readonly string[] };
  /** The same of each file in vendor/, by its path in dist. */
  vendors: ReadonlyMap<string, readonly string[]>;
}

/** Bundles all code in dist, and writes nothing. */
export async function bundle(): Promise<Bundle> {
  const inChunks = (plugins: Plugin[]) =>
    build({
      ...shared,
      entryPoints: { program: entry },
      format: 'esm',
      // Where the program finds the files next to its own.
      define: { PROGRAM_FOLDER: '__dirname' },
      splitting: true,
      chunkNames: '[name]-[hash]',
      plugins: [noValidator, usedSchemas, vendorFiles, ...plugins],
    });
  const { metafile } = await inChunks([]);
  const program = await inChunks([needingTheEntry(importedLater(metafile))]);
  const others = await build({
    ...shared,
    entryPoints: {
      sandbox: 'src/sandbox/start.ts',
      query: 'src/query/public.ts',
      ...Object.fromEntries([...vendors].map(([name, source]) => [`vendor/${name}`, source])),
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
  const pages = await hostPages();
  const files = new Map<string, Uint8Array>(pages.files);
  for (const { path, text } of program.outputFiles) files.set(nameOf(path), await toCommonJs(text));
  for (const { path, contents } of [...others.outputFiles, ...bin.outputFiles]) {
    files.set(nameOf(path), contents);
  }
  const app = await appPage();
  files.set('app.html', new TextEncoder().encode(app.html));
  const inputs = [
    ...[program, others].flatMap((built) => Object.keys(built.metafile.inputs)),
    ...pages.inputs,
    ...app.inputs,
  ];
  const external = Object.values(program.metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter((each) => each.external && each.path.startsWith('./vendor/'));
  return {
    files,
    inputs: [...new Set(inputs)].sort(),
    program: {
      inputs: Object.keys(program.metafile.inputs),
      loadedLater: [...new Set(external.map(({ path }) => path.replace('./', '')))].sort(),
    },
    vendors: new Map(
      [...vendors.keys()].map((name) => {
        const file = `vendor/${name}.js`;
        return [file, Object.keys(others.metafile.outputs[`dist/${file}`]?.inputs ?? {})];
      }),
    ),
  };
}

function nameOf(path: string): string {
  return relative(resolve('dist'), path).replaceAll('\\', '/');
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
