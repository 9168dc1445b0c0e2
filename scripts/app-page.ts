import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };

/*
 * Makes the page that hosts of MCP Apps show: one file of HTML that loads nothing.
 *
 * The query language is 190 KB minified, also without the parts that the page does not use, because
 * checking needs nearly all of it. So it is in the page as gzip, in 85 KB of base64, apart from the
 * page's own code: the page unpacks it when it first shows a definition, and a table is there before
 * that.
 */

const folder = 'src/app';

const shared = {
  bundle: true,
  write: false,
  minify: true,
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} satisfies BuildOptions;

export interface AppPage {
  html: string;
  /** The page without the language. */
  own: string;
  /** The source files that are bundled in it. */
  inputs: readonly string[];
}

/** Makes the page, and writes nothing. */
export async function appPage(): Promise<AppPage> {
  const language = await built({
    entryPoints: [`${folder}/language/entry.ts`],
    format: 'iife',
    globalName: 'segmentLanguage',
  });
  const style = await built({ entryPoints: [`${folder}/page/style.css`] });
  const script = await built({
    entryPoints: [`${folder}/page/main.ts`],
    format: 'iife',
    define: { APP_VERSION: JSON.stringify(packageJson.version) },
  });
  const packed = gzipSync(language.text, { level: 9 }).toString('base64');
  const element = `<script type="text/plain" id="language">${packed}</script>`;
  return {
    html: page(style.text, script.text, element),
    own: page(style.text, script.text, ''),
    inputs: [language, style, script].flatMap(({ inputs }) => inputs),
  };
}

async function built(options: BuildOptions): Promise<{ text: string; inputs: string[] }> {
  const { outputFiles = [], metafile } = await build({ ...shared, ...options });
  const text = (outputFiles[0]?.text ?? '').trim();
  return { text, inputs: Object.keys(metafile?.inputs ?? {}) };
}

/** A fence of its own, for a host that has none: nothing is loaded, and nothing is sent. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'";

function page(style: string, script: string, language: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Audiences</title>
<style>${style}</style>
</head>
<body>
<main id="app"></main>
${language}
<script>${script}</script>
</body>
</html>
`;
}
