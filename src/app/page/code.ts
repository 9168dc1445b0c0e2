import type * as Language from '../language/entry.ts';
import { h } from './dom.ts';
import { visibleLines } from './words.ts';

interface Range {
  start: number;
  end: number;
}

/** A place in a definition with something to see. */
export interface Mark extends Range {
  class: string;
}

/** A definition in colors, of which parts can be lit up. */
export interface Code {
  nodes: HTMLElement[];
  /** Lights up what is in this range, and nothing else. */
  light(range: Range | undefined): void;
}

type Pieces = ReturnType<(typeof Language)['pieces']>;

const keywords = new Set(['and', 'or', 'not', 'any', 'all']);

/**
 * @param ranges which may be lit up. @param isExact whether invisible characters stay as they are,
 * because the text lies under that of a field.
 */
export function code(
  text: string,
  pieces: Pieces,
  marks: readonly Mark[],
  ranges: readonly Range[],
  isExact = false,
): Code {
  const colored = pieces.map((piece, index) => ({ ...piece, class: colorOf(pieces, index) }));
  const places = [...colored, ...marks, ...ranges].flatMap(({ start, end }) => [start, end]);
  const cuts = [...new Set([0, ...places, text.length])]
    .filter((place) => place <= text.length)
    .sort((one, other) => one - other);
  const segments = cuts.slice(1).map((end, index) => {
    const start = cuts[index] ?? 0;
    const isIn = (range: Range) => range.start <= start && end <= range.end;
    const classes = [...colored.filter(isIn), ...marks.filter(isIn)].map((each) => each.class);
    const part = text.slice(start, end);
    const shown = isExact ? part : visibleLines(part);
    return { start, end, node: h('span', { class: classes.join(' ').trim() || undefined }, shown) };
  });
  return {
    nodes: segments.map(({ node }) => node),
    light(range) {
      for (const { start, end, node } of segments) {
        const isLit = range !== undefined && range.start <= start && end <= range.end;
        node.classList.toggle('lit', isLit);
      }
    },
  };
}

function colorOf(pieces: Pieces, index: number): string {
  const piece = pieces[index];
  if (!piece) return '';
  if (piece.kind !== 'name') return piece.kind;
  if (keywords.has(piece.text.toLowerCase())) return 'keyword';
  return pieces[index + 1]?.text === '(' ? 'function' : '';
}
