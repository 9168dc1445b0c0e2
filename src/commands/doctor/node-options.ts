import { nodePreloads } from '../clients/program.ts';

/*
 * What NODE_OPTIONS in an entry does to the Node.js that a client starts. Source: the documentation of
 * Node.js, "Command-line API".
 */

/** What was understood of NODE_OPTIONS. */
export interface NodeOptions {
  /** The files that Node.js runs before the program, as they are written. */
  files: readonly string[];
  /** Whether all of it is understood; what such a file does is not. */
  isUnderstood: boolean;
}

/** Options that change nothing about whether the program starts. */
const harmless = [
  ...['--max-old-space-size', '--max-semi-space-size', '--stack-trace-limit'],
  ...['--use-system-ca', '--use-openssl-ca', '--use-bundled-ca', '--dns-result-order'],
  ...['--no-warnings', '--no-deprecation', '--trace-warnings', '--trace-deprecation'],
  ...['--enable-source-maps', '--unhandled-rejections'],
];

/** Reads the value of NODE_OPTIONS; quotation marks in it are not understood. */
export function readNodeOptions(text: string): NodeOptions {
  const files: string[] = [];
  let isUnderstood = !text.includes('"');
  const words = text.split(/\s+/).filter((word) => word !== '');
  for (let at = 0; at < words.length; at += 1) {
    const [name = '', ...values] = words[at]?.split('=') ?? [];
    if (harmless.includes(name)) continue;
    isUnderstood = false;
    if (!nodePreloads.includes(name)) continue;
    if (values.length === 0) at += 1;
    const file = values.length === 0 ? (words[at] ?? '') : values.join('=');
    // What is not a path is a package, and its place is for Node.js to know.
    if (/^(?:\.{1,2}[\\/]|[\\/]|[a-z]:[\\/])/i.test(file)) files.push(file);
  }
  return { files: text.includes('"') ? [] : files, isUnderstood };
}
