import { check, explain, type Level } from '../query/index.ts';
import { quoted } from '../visible.ts';

/** Names stand in quotes, as the texts do that something is compared with. */
const plainly = { name: whole, text: whole };

/** On a terminal names are in bold as well. */
const inBold = { name: (name: string) => `\u001b[1m${whole(name)}\u001b[22m`, text: whole };

/**
 * A valid definition in plain English, for a shell.
 *
 * @param colour whether it goes to a terminal that shows colours, and so bold type.
 */
export function explainInShell(query: string, type: Level, colour: boolean): string {
  const { tree } = check(query, { type, purpose: 'audience' });
  return explain(tree, type, colour ? inBold : plainly);
}

/** A text in quotes that is not cut, with what can't be seen in it made visible. */
function whole(text: string): string {
  return quoted(text, text.length);
}
