import type { GraphNode } from '../space/audience-graph.ts';
import { light } from './palette.ts';
import {
  arrowMeaning,
  labelOf,
  maxSizeIn,
  momentOf,
  notesOn,
  type Shown,
  stateOf,
  summaryOf,
  titleOf,
  wordsOf,
} from './picture.ts';
import { statusOf } from './status.ts';

/*
 * A graph in DOT, the language of Graphviz (https://graphviz.org/doc/info/lang.html).
 */

const maxLabelChars = 80;

/** Inches. */
const nodeWidth = { min: 1.6, max: 3.6 };

/** The graph in the language of Graphviz. */
export function dotOf(shown: Shown): string {
  const { graph, readAt } = shown;
  const notes = [`${summaryOf(graph)}, ${momentOf(readAt)}`, arrowMeaning, ...notesOn(graph)];
  const maxSize = maxSizeIn(graph);
  const title = attribute('label', lines(titleOf(shown), ...notes));
  return `${[
    'digraph audiences {',
    `  graph [rankdir=LR, charset="UTF-8", fontname="Helvetica", fontsize=11, labelloc=b, ${title}]`,
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, fontcolor="#ffffff"]',
    `  edge [color="${light.line}"]`,
    ...graph.nodes.map((node, place) => `  n${place} [${nodeAttributes(node, maxSize)}]`),
    ...graph.connections.map((connection) => {
      const { base, dependent, isInCycle, isBroken } = connection;
      const cycle = isInCycle
        ? ` [color="${light.failed}", penwidth=2.5, ${attribute('tooltip', 'part of a cycle')}]`
        : '';
      const broken = isBroken ? ` [color="${light.missing}", style=dotted]` : '';
      return `  n${base} -> n${dependent}${cycle || broken}`;
    }),
    '}',
  ].join('\n')}\n`;
}

function nodeAttributes(node: GraphNode, maxSize: number): string {
  const label = attribute('label', lines(...wordsOf(node, maxLabelChars)));
  if (node.kind === 'missing') {
    return [
      label,
      `style="rounded,dashed", color="${light.missing}", fontcolor="${light.missing}"`,
    ].join(', ');
  }
  const { audience, isInCycle } = node;
  const { tone } = statusOf(audience);
  const share = Math.sqrt((audience.size ?? 0) / maxSize);
  const width = nodeWidth.min + share * (nodeWidth.max - nodeWidth.min);
  return [
    label,
    attribute(
      'tooltip',
      lines(
        labelOf(node, maxLabelChars),
        stateOf(audience),
        `key ${labelOf({ kind: 'missing', key: audience.key ?? 'unknown' }, maxLabelChars)}`,
      ),
    ),
    `width=${width.toFixed(2)}, fillcolor="${light[tone]}", color="${light[isInCycle ? 'failed' : tone]}"`,
    ...(isInCycle ? ['penwidth=3'] : []),
  ].join(', ');
}

/** Lines of a label, each escaped. */
function lines(...texts: readonly string[]): string {
  return texts.map(escapedInLabel).join('\\n');
}

/**
 * In a label, a backslash begins an escape such as `\N`, and `&` an entity of HTML
 * (https://graphviz.org/docs/attr-types/escString/).
 */
function escapedInLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;');
}

/** @param label escaped. */
function attribute(name: string, label: string): string {
  return `${name}="${label}"`;
}
