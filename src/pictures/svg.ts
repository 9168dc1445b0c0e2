import type { GraphNode } from '../space/audience-graph.ts';
import type { PartOfGraph } from '../space/part-of-graph.ts';
import { type Box, layoutOf, type PlacedBox, type PlacedLine, type Point } from './layout.ts';
import { escaped } from './markup.ts';
import {
  arrowMeaning,
  captionsOf,
  labelOf,
  maxSizeIn,
  momentOf,
  notesOn,
  type Shown,
  summaryOf,
  titleOf,
} from './picture.ts';
import { shortText, sizeInWords, statusOf, type Tone, tones } from './status.ts';
import { svgStyle } from './svg-style.ts';
import { type Font, linesOf, widthOf } from './text-width.ts';

/*
 * A graph as SVG: a card for each audience, with a bubble whose area shows its size. It is complete in
 * itself: no script, no font and no image is loaded, and the colors follow the reader's light or dark
 * theme.
 */

const nameFont: Font = { size: 13, isBold: true };
const metaFont: Font = { size: 11.5 };
const titleFont: Font = { size: 18, isBold: true };

/** All in pixels. */
const lineHeight = { name: 17, meta: 16 };
const card = { padding: 11, bubbleColumn: 58, minText: 120, maxText: 186 };
const bubble = { minRadius: 4, maxRadius: 21 };
const margin = 28;
const minWidth = 720;

/** For the tooltip and the description; a card shows less. */
const maxLabelChars = 200;
/** Connections that the description lists. */
const maxDescribed = 200;

/** What is written on a card. */
interface Card {
  node: GraphNode;
  tone: Tone | 'missing';
  lines: readonly string[];
  status: string;
  /** What follows the status. */
  meta: string;
  isInCycle: boolean;
  /** Undefined if the size is unknown. */
  radius: number | undefined;
}

/** The picture, as a document of its own; in HTML, it can be an element. */
export async function svgOf(shown: Shown): Promise<string> {
  const { graph } = shown;
  const cards = cardsOf(graph);
  const boxes = boxesOf(cards);
  const layout = await layoutOf(graph, boxes);
  const innerWidth = Math.max(minWidth - 2 * margin, layout.width);
  const head = headOf(shown, cards, innerWidth);
  const notes = notesOf(captionsOf(graph), innerWidth);
  const top = margin + head.height;
  const height = top + layout.height + notes.height + margin;
  const width = innerWidth + 2 * margin;
  const left = margin + (innerWidth - layout.width) / 2;
  const label = `${titleOf(shown)}: ${summaryOf(graph)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="audience-graph" viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}" role="img" aria-labelledby="audience-graph-title audience-graph-desc">
<title id="audience-graph-title">${escaped(label)}</title>
<desc id="audience-graph-desc">${escaped(descriptionOf(shown))}</desc>
<style>${svgStyle}</style>
<defs>${['', 'cycle', 'broken'].map(arrowHead).join('')}</defs>
<rect class="ag-page" width="100%" height="100%" rx="12"/>
<g transform="translate(${margin} ${margin})">${head.svg}</g>
<g transform="translate(${px(left)} ${px(top)})">
${layout.lines.map((line) => lineSvg(line, layout.boxes)).join('\n')}
${cards.map((each, place) => cardSvg(each, layout.boxes[place])).join('\n')}
</g>
<g transform="translate(${margin} ${px(top + layout.height)})">${notes.svg}</g>
</svg>
`;
}

function cardsOf(graph: PartOfGraph): Card[] {
  const maxSize = maxSizeIn(graph);
  return graph.nodes.map((node) => {
    const lines = linesOf(labelOf(node, maxLabelChars), card.maxText, 2, nameFont);
    if (node.kind === 'missing') {
      const rest = { status: 'Missing key', meta: '', isInCycle: false, radius: undefined };
      return { node, tone: 'missing', lines, ...rest };
    }
    const { word, tone } = statusOf(node.audience);
    const { size } = node.audience;
    // The area, not the radius, is in proportion to the size.
    const radius = size === undefined ? undefined : bubble.maxRadius * Math.sqrt(size / maxSize);
    return {
      node,
      tone,
      lines,
      status: word,
      meta: sizeInWords(size),
      isInCycle: node.isInCycle,
      radius: radius === undefined ? undefined : Math.max(bubble.minRadius, radius),
    };
  });
}

/** All cards have the same width. */
function boxesOf(cards: readonly Card[]): Box[] {
  const widths = cards.flatMap(({ lines, status, meta }) => [
    ...lines.map((line) => widthOf(line, nameFont)),
    widthOf(metaOf(status, meta), metaFont),
  ]);
  const text = Math.min(card.maxText, Math.max(card.minText, ...widths));
  const width = Math.ceil(card.bubbleColumn + text + card.padding);
  return cards.map(({ lines, radius = 0, isInCycle }) => {
    const textHeight = lines.length * lineHeight.name + (isInCycle ? 2 : 1) * lineHeight.meta;
    return { width, height: Math.max(textHeight, 2 * radius) + 2 * card.padding };
  });
}

function metaOf(status: string, meta: string): string {
  return meta === '' ? status : `${status} · ${meta}`;
}

function cardSvg(
  { node, tone, lines, status, meta, isInCycle, radius }: Card,
  box?: PlacedBox,
): string {
  if (!box) return '';
  const { x, y, width, height } = box;
  const middle = height / 2;
  const textHeight = lines.length * lineHeight.name + (isInCycle ? 2 : 1) * lineHeight.meta;
  const first = middle - textHeight / 2 + 13;
  const names = lines.map((line, index) =>
    textSvg('ag-name', card.bubbleColumn, first + index * lineHeight.name, line),
  );
  const metaY = first + lines.length * lineHeight.name;
  const more = meta === '' ? '' : ` <tspan class="ag-muted">· ${escaped(meta)}</tspan>`;
  const cycle = isInCycle
    ? textSvg(
        'ag-meta ag-cycle-word',
        card.bubbleColumn,
        metaY + lineHeight.meta,
        '↻ part of a cycle',
      )
    : '';
  return `<g class="ag-node ag-${tone}${isInCycle ? ' ag-in-cycle' : ''}" transform="translate(${px(x)} ${px(y)})"><title>${escaped(tooltipOf(node, metaOf(status, meta)))}</title><rect class="ag-card" width="${px(width)}" height="${px(height)}" rx="9"/>${bubbleSvg(tone, radius, middle)}${names.join('')}<text class="ag-meta" x="${card.bubbleColumn}" y="${px(metaY)}"><tspan class="ag-status">${escaped(status)}</tspan>${more}</text>${cycle}</g>`;
}

function tooltipOf(node: GraphNode, meta: string): string {
  const label = labelOf(node, maxLabelChars);
  if (node.kind === 'missing') return `${label}: no audience has this key`;
  return `${label}: ${meta}, key ${shortText(node.audience.key ?? 'unknown', maxLabelChars)}`;
}

function bubbleSvg(tone: Card['tone'], radius: number | undefined, middle: number): string {
  const x = card.bubbleColumn / 2;
  if (tone === 'missing') {
    return `<circle class="ag-unknown" cx="${x}" cy="${px(middle)}" r="13"/><text class="ag-sign" x="${x}" y="${px(middle + 5)}">?</text>`;
  }
  if (radius === undefined) {
    return `<circle class="ag-unknown" cx="${x}" cy="${px(middle)}" r="8"/>`;
  }
  return `<circle class="ag-bubble" cx="${x}" cy="${px(middle)}" r="${px(radius)}"/>`;
}

function lineSvg({ connection, points }: PlacedLine, boxes: readonly PlacedBox[]): string {
  const { isInCycle, isBroken } = connection;
  const kind = (isInCycle && 'cycle') || (isBroken && 'broken') || '';
  const { [connection.base]: base, [connection.dependent]: dependent } = boxes;
  if (!base || !dependent) return '';
  const curve = base === dependent ? loopAt(base) : curveThrough(wayOf(points, base, dependent));
  return `<path class="ag-line${kind && ` ag-line-${kind}`}" d="${curve}" marker-end="url(#ag-arrow${kind && `-${kind}`})"/>`;
}

/** A line begins and ends in the middle of a side, where the dependent is to the right of its base. */
function wayOf(points: readonly Point[], base: PlacedBox, dependent: PlacedBox): readonly Point[] {
  if (base.x + base.width >= dependent.x) return points;
  const inner = points.slice(1, -1);
  return [
    { x: base.x + base.width, y: base.y + base.height / 2 },
    // With a single point in between, both are in columns next to each other.
    ...(inner.length > 1 ? inner : []),
    { x: dependent.x - 2, y: dependent.y + dependent.height / 2 },
  ];
}

/** Above the right end of a box, and back to it. */
function loopAt({ x, y, width }: PlacedBox): string {
  const right = x + width;
  return `M${px(right - 52)} ${px(y)}C${px(right - 52)} ${px(y - 18)} ${px(right - 18)} ${px(y - 18)} ${px(right - 18)} ${px(y - 1)}`;
}

/** Each piece begins and ends level, so that the line has no corners. */
function curveThrough(points: readonly Point[]): string {
  const pieces = points.map(({ x, y }, index) => {
    const before = points[index - 1];
    if (!before) return `M${px(x)} ${px(y)}`;
    const middle = px((before.x + x) / 2);
    return `C${middle} ${px(before.y)} ${middle} ${px(y)} ${px(x)} ${px(y)}`;
  });
  return pieces.join('');
}

function arrowHead(kind: string): string {
  return `<marker id="ag-arrow${kind && `-${kind}`}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="ag-head${kind && ` ag-head-${kind}`}" d="M0 0.5L8 4L0 7.5Z"/></marker>`;
}

interface Part {
  svg: string;
  height: number;
}

const titleHeight = 30;
const legendHeight = 24;
const headGap = 14;

function headOf(shown: Shown, cards: readonly Card[], width: number): Part {
  const { graph, readAt } = shown;
  const top = shown.isInPage ? -10 : titleHeight;
  const legend = legendOf(cards, width);
  const legendTop = top + 2 * lineHeight.meta + headGap;
  const meaning = `${arrowMeaning} A larger bubble has more members.`;
  const svg = [
    ...(shown.isInPage ? [] : [titleSvg(shown, width)]),
    textSvg('ag-meta ag-muted', 0, top + 8, `${summaryOf(graph)} · ${momentOf(readAt)}`),
    textSvg('ag-meta ag-muted', 0, top + 8 + lineHeight.meta, meaning),
    `<g transform="translate(0 ${legendTop})">${legend.svg}</g>`,
  ];
  return { svg: svg.join(''), height: legendTop + legend.height + headGap };
}

function titleSvg(shown: Shown, width: number): string {
  const [title = ''] = linesOf(titleOf(shown), width, 1, titleFont);
  return textSvg('ag-title', 0, 16, title);
}

const toneWords: Readonly<Record<Card['tone'], string>> = {
  live: 'Live',
  computing: 'Computing',
  disabled: 'Disabled',
  failed: 'Failed',
  other: 'Another status',
  missing: 'Key that no audience has: removed, or an ordinary trait',
};

/** Explains the colors and lines that the picture has. */
function legendOf(cards: readonly Card[], width: number): Part {
  const shown = [...tones, 'missing' as const].filter((tone) =>
    cards.some((each) => each.tone === tone),
  );
  const dots = shown.map((tone) => ({
    sign: `<circle class="${tone === 'missing' ? 'ag-unknown' : 'ag-bubble'}" cx="6" cy="-4" r="5.5"/>`,
    tone: `ag-${tone}`,
    words: toneWords[tone],
  }));
  const hasCycle = cards.some(({ isInCycle }) => isInCycle);
  const cycle = {
    sign: '<path class="ag-line ag-line-cycle" d="M-4 -4H13"/>',
    tone: '',
    words: 'Cycle: built on itself through others',
  };
  let [x, y] = [0, 12];
  const items = [...dots, ...(hasCycle ? [cycle] : [])].map(({ sign, tone, words }) => {
    const itemWidth = 18 + widthOf(words, metaFont) + 20;
    if (x > 0 && x + itemWidth > width) [x, y] = [0, y + legendHeight];
    const at = `translate(${px(x)} ${y})`;
    x += itemWidth;
    return `<g class="${tone}" transform="${at}">${sign}${textSvg('ag-meta', 18, 0, words)}</g>`;
  });
  return { svg: items.join(''), height: items.length === 0 ? 0 : y + 6 };
}

const notesTop = 34;

function notesOf(notes: readonly string[], width: number): Part {
  const lines = notes.flatMap((note) => linesOf(note, width, 3, metaFont));
  const svg = lines.map((line, index) =>
    textSvg('ag-meta ag-muted', 0, notesTop + index * lineHeight.meta, line),
  );
  return {
    svg: svg.join(''),
    height: lines.length === 0 ? 0 : notesTop + (lines.length - 1) * lineHeight.meta + 4,
  };
}

/** The whole picture in words, for those who can't see it. */
function descriptionOf({ graph }: Shown): string {
  const name = (place: number) => {
    const node = graph.nodes[place];
    return node ? labelOf(node, maxLabelChars) : '';
  };
  const listed = graph.connections
    .slice(0, maxDescribed)
    .map(({ base, dependent, isBroken, isInCycle }) => {
      const what = isBroken ? `the key ${name(base)}, which no audience has` : name(base);
      return `${name(dependent)} is built on ${what}${isInCycle ? ' (part of a cycle)' : ''}.`;
    });
  const more = graph.connections.length - listed.length;
  const rest = more > 0 ? [`And ${more} more connections.`] : [];
  return [...listed, ...rest, ...notesOn(graph)].join(' ');
}

function textSvg(classes: string, x: number, y: number, text: string): string {
  return `<text class="${classes}" x="${px(x)}" y="${px(y)}">${escaped(text)}</text>`;
}

/** Two digits after the point are more than anybody sees. */
function px(number: number): string {
  return String(Math.round(number * 100) / 100);
}
