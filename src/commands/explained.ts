import { checkErrors, explain, type Level } from '../query/index.ts';
import { quoted } from '../text/visible.ts';

/** Names are in quotes, like the values that something is compared with. */
const plainly = { name: whole, text: whole };

/** On a terminal names are also bold. */
const inBold = { name: (name: string) => `\u001b[1m${whole(name)}\u001b[22m`, text: whole };

/**
 * A valid definition in plain English, for a shell.
 *
 * @param color whether the output is a terminal that shows colors, and so bold type.
 */
export function explainInShell(query: string, type: Level, color: boolean): string {
  const { tree } = checkErrors(query, { type, purpose: 'audience' });
  return explain(tree, type, color ? inBold : plainly);
}

/** A quoted text that is not cut, with invisible characters made visible. */
function whole(text: string): string {
  return quoted(text, text.length);
}
