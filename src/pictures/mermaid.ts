import type { AudienceGraph } from '../space/audience-graph.ts';
import { type PartOfGraph, partOf } from '../space/part-of-graph.ts';
import { light } from './palette.ts';
import {
  arrowMeaning,
  captionsOf,
  momentOf,
  notesOn,
  type Shown,
  summaryOf,
  titleOf,
  wordsOf,
} from './picture.ts';
import { statusOf, type Tone, tones } from './status.ts';

/*
 * A graph as a Mermaid flowchart, which GitHub, GitLab and many editors draw.
 */

/**
 * The defaults of Mermaid's `maxEdges` and `maxTextSize` (https://mermaid.js.org/config/schema-docs/config.html):
 * beyond them it draws nothing.
 */
const maxEdges = 500;
export const maxMermaidChars = 50_000;

const maxNodes = 500;
const maxLabelChars = 60;

/**
 * The graph in the language of Mermaid, as much of it as Mermaid draws; what is left out is counted in
 * a note.
 */
export function mermaidOf({
  graph,
  ...where
}: Omit<Shown, 'graph'> & { graph: AudienceGraph }): string {
  const textWith = (nodes: number) =>
    mermaidText({ ...where, graph: partOf(graph, { maxNodes: nodes, maxConnections: maxEdges }) });
  let text = textWith(maxNodes);
  // Escaped characters make names up to eight times longer.
  let [fitting, tooMany] = [0, maxNodes];
  if (text.length <= maxMermaidChars) return text;
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    text = textWith(middle);
    if (text.length <= maxMermaidChars) fitting = middle;
    else tooMany = middle;
  }
  return textWith(fitting);
}

function mermaidText(shown: Shown): string {
  const { graph, readAt } = shown;
  const nodes = graph.nodes.map(
    (node, place) => `  n${place}[${inQuotes(...wordsOf(node, maxLabelChars))}]`,
  );
  const links = graph.connections.map(
    ({ base, dependent, isBroken }) => `  n${base} ${isBroken ? '-.->' : '-->'} n${dependent}`,
  );
  return `${[
    'flowchart LR',
    `  accTitle: ${plain(titleOf(shown))}`,
    `  accDescr: ${plain([`${summaryOf(graph)}, ${momentOf(readAt)}.`, arrowMeaning, ...notesOn(graph)].join(' '))}`,
    ...nodes,
    ...noteIn(graph),
    ...links,
    ...classesIn(graph),
    ...cycleStyle(graph),
  ].join('\n')}\n`;
}

/** What is not shown, and if nothing is, why. */
function noteIn(graph: PartOfGraph): string[] {
  const lines = captionsOf(graph);
  return lines.length === 0 ? [] : [`  note[${inQuotes(...lines)}]:::note`];
}

/** Sizes in four steps, each ten times the one before. */
const sizeSteps = [1000, 10_000, 100_000];

function stepOf(size: number | undefined): number {
  return sizeSteps.filter((step) => (size ?? 0) >= step).length;
}

const classNames: readonly (Tone | 'missing')[] = [...tones, 'missing'];

/** Colors by status, and larger letters for larger audiences. */
function classesIn({ nodes }: PartOfGraph): string[] {
  const members = new Map<string, string[]>();
  const add = (name: string, place: number) => {
    members.set(name, [...(members.get(name) ?? []), `n${place}`]);
  };
  for (const [place, node] of nodes.entries()) {
    if (node.kind === 'missing') {
      add('missing', place);
      continue;
    }
    add(statusOf(node.audience).tone, place);
    const step = stepOf(node.audience.size);
    if (step > 0) add(`size${step}`, place);
    if (node.isInCycle) add('cycle', place);
  }
  const definitions: readonly (readonly [string, string])[] = [
    ...classNames.map((name) => [name, colorsOf(name)] as const),
    ...sizeSteps.map(
      (_, index) => [`size${index + 1}`, `font-size:${16 + 3 * (index + 1)}px`] as const,
    ),
    ['cycle', `stroke:${light.failed},stroke-width:4px`],
  ];
  const used = definitions.filter(([name]) => members.has(name));
  return [
    ...used.map(([name, style]) => `  classDef ${name} ${style}`),
    '  classDef note fill:none,stroke:none',
    ...used.map(([name]) => `  class ${members.get(name)?.join(',')} ${name}`),
  ];
}

/** White on the color of the status is legible in light and dark themes. */
function colorsOf(name: Tone | 'missing'): string {
  if (name === 'missing')
    return `fill:none,stroke:${light.missing},stroke-width:2px,stroke-dasharray:3 3`;
  return `fill:${light[name]},stroke:${light[name]},color:#fff`;
}

function cycleStyle({ connections }: PartOfGraph): string[] {
  const places = connections.flatMap(({ isInCycle }, place) => (isInCycle ? [place] : []));
  if (places.length === 0) return [];
  return [`  linkStyle ${places.join(',')} stroke:${light.failed},stroke-width:3px`];
}

/**
 * Strangers' text within double quotes. What is neither a letter, a mark, a digit nor one of a few harmless signs is
 * written as Mermaid's entity of its code point, `#35;`: a quote would end the label, `%%{` begins a
 * directive anywhere in the text, a backtick begins Markdown, and `<` a tag.
 */
function inQuotes(...lines: readonly string[]): string {
  return `"${lines.map(plain).join('<br/>')}"`;
}

function plain(text: string): string {
  return text.replaceAll(
    /[^\p{L}\p{M}\p{N} .,()…–-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
}
