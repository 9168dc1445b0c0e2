import type { Expression, Span } from './ast.ts';
import type { Level } from './check-options.ts';
import { explain } from './explain.ts';
import { beginning, ending, marks, placeholder } from './explanation-marks.ts';
import { markdown, type Wording } from './phrases.ts';

/** A piece of an explanation. */
export interface ExplanationPart {
  text: string;
  /** The characters of the definition that it explains; undefined for words about all of it. */
  range?: Span;
}

/**
 * An explanation in pieces, each with the characters of the definition that it explains: those of a
 * name, a value, a filter, a comparison, or else of the condition around it. Of two ranges, one
 * contains the other or they have nothing in common.
 *
 * @returns pieces whose texts, joined, are the explanation.
 */
export function explainParts(
  tree: Expression,
  type: Level,
  { name, text }: Wording = markdown,
): ExplanationPart[] {
  const spans: Span[] = [];
  const texts: string[] = [];
  const held = (written: string) => `${placeholder}${texts.push(written) - 1};`;
  const sentence = explain(tree, type, {
    name: (given) => held(name(given)),
    text: (given) => held(text(given)),
    mark: (phrase, { start, end }) =>
      `${beginning}${spans.push({ start, end }) - 1};${phrase}${ending}`,
  });
  return partsOf(sentence, { spans, texts });
}

/** What the numbers in marks stand for. */
interface Marked {
  spans: readonly Span[];
  texts: readonly string[];
}

function partsOf(sentence: string, { spans, texts }: Marked): ExplanationPart[] {
  const parts: ExplanationPart[] = [];
  const around: (Span | undefined)[] = [];
  const add = (text: string) => {
    const range = around.at(-1);
    const last = parts.at(-1);
    if (last && last.range === range) last.text += text;
    else if (text !== '') parts.push(range ? { text, range } : { text });
  };
  for (const piece of sentence.split(marks)) {
    const number = Number.parseInt(piece.slice(1), 10);
    if (piece.startsWith(beginning)) around.push(spans[number]);
    else if (piece === ending) around.pop();
    else if (piece.startsWith(placeholder)) add(texts[number] ?? '');
    else add(piece);
  }
  return parts;
}
