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
  const colored = pieces.map((piece, at) => ({ ...piece, class: colorOf(piece, pieces[at + 1]) }));
  const seen = [...colored, ...marks];
  const places = [...seen, ...ranges].flatMap(({ start, end }) => [start, end]);
  const cuts = [...new Set([0, ...places, text.length])]
    .filter((place) => place <= text.length)
    .sort((one, other) => one - other);
  const segments = cuts.slice(1).map((end, at) => {
    const start = cuts[at] ?? 0;
    const isIn = (range: Range) => range.start <= start && end <= range.end;
    const part = text.slice(start, end);
    const classes = seen.filter(isIn).map((each) => each.class);
    const node = h(
      'span',
      { className: classes.join(' ').trim() },
      isExact ? part : visibleLines(part),
    );
    return { isIn, node };
  });
  return {
    nodes: segments.map(({ node }) => node),
    light(range) {
      for (const { isIn, node } of segments) {
        node.classList.toggle('lit', range !== undefined && isIn(range));
      }
    },
  };
}

function colorOf({ kind, text }: Pieces[number], next: Pieces[number] | undefined): string {
  if (kind !== 'name') return kind;
  if (/^(and|or|not|any|all)$/i.test(text)) return 'keyword';
  return next?.text === '(' ? 'function' : '';
}
