import type { Child } from './dom.ts';
import { folded, list } from './parts.ts';
import { type Fields, listOf, textOf } from './read.ts';
import { visible } from './words.ts';

/** What the server remarks on a result. It speaks to a model, so it is folded up. */
export function notes({ notice, advice }: Fields): Child {
  const remarks = [notice, ...listOf(advice)].flatMap((text) => textOf(text) ?? []);
  if (remarks.length === 0) return undefined;
  const title = `Notes from the server (${remarks.length})`;
  return folded(title, list('ul', remarks.map(visible)), notice !== undefined);
}
