import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { dotOf } from '../../src/pictures/dot.ts';
import { jsonOf } from '../../src/pictures/json.ts';
import { maxMermaidChars, mermaidOf } from '../../src/pictures/mermaid.ts';
import type { Shown } from '../../src/pictures/picture.ts';
import { reportOf } from '../../src/pictures/report.ts';
import { svgOf } from '../../src/pictures/svg.ts';
import { partOf } from '../../src/space/part-of-graph.ts';
import { review } from '../../src/space/review.ts';
import { builtOn, graphWith, indexOf } from '../support/graph-scene.ts';
import { hostile, unseenIn } from '../support/hostile.ts';
import { oneIn } from '../support/runs.ts';
import { elementsIn, parseXml, textIn } from '../support/xml.ts';

/*
 * Names, keys, ids and statuses that want to break out of each format.
 */

const texts: readonly (readonly [string, string])[] = [
  ...hostile,
  ['a directive of Mermaid', '%%{init: {"securityLevel":"loose"}}%%'],
  ['the end of a label of Mermaid', '"]; click n0 call alert(1); n9["'],
  ['words of Mermaid', 'end subgraph x direction TB'],
  ["Mermaid's own placeholders", 'ﬂ°°60¶ß ﬂ°lt¶ß'],
  ['a style of Mermaid', 'style a:"b";'],
  ['Markdown in Mermaid', '"`**b**`"'],
  ['arrows', 'a --> b -.-> c <!-- d --!> e -- f'],
  ['escapes of Graphviz', '\\N \\G \\" \\\\" \\'],
  ['entities', '&lt;b&gt; &amp; &#39; &nbsp;'],
  ['the end of CDATA, comments, style and script', ']]> --> </style></script></svg></title>'],
  ['what XML does not allow', '\ufffe\uffff\u0000'],
  ['attributes', '" onload="alert(1)" x=\''],
  ['a formula', '$$x^2$$'],
];

const shownWith = (text: string): Shown => {
  const graph = graphWith([
    builtOn('base', [], { name: text, status: text, key: 'base', id: text || 'id' }),
    builtOn('top', ['base', 'gone'], { name: `x${text}`, key: text, id: `top ${text}` }),
  ]);
  const limits = { maxNodes: 500, maxConnections: 1000 };
  return { graph: partOf(graph, limits), spaceId: text, spaceName: text, readAt: 0 };
};

describe.each(oneIn(2, texts))('%s', (_, text) => {
  const shown = shownWith(text);

  test('stays text in SVG', async () => {
    const svg = await svgOf(shown);
    const elements = elementsIn(parseXml(svg));
    expect(unseenIn(svg)).toEqual([]);
    const names = new Set(elements.map(({ name }) => name));
    const known = ['svg', 'title', 'desc', 'style', 'defs', 'marker', 'path', 'rect', 'circle'];
    expect([...names].filter((name) => ![...known, 'g', 'text', 'tspan'].includes(name))).toEqual(
      [],
    );
    const used = elements.flatMap(({ attributes }) => Object.keys(attributes));
    expect(used.filter((name) => /^on|href|src/i.test(name))).toEqual([]);
    // Two audiences and a missing key, with nothing added and nothing lost.
    const cards = elements.filter(({ attributes }) => attributes.class?.startsWith('ag-node'));
    expect(cards).toHaveLength(3);
  });

  test('stays text in Mermaid', () => {
    const mermaid = mermaidOf(shown);
    expect(mermaid.length).toBeLessThanOrEqual(maxMermaidChars);
    expect(unseenIn(mermaid)).toEqual([]);
    // Quotes only around labels; in them letters, digits, harmless signs, entities and our line breaks.
    const label = '"(?:[\\p{L}\\p{M}\\p{N} .,()…–-]|#\\d+;|<br/>)*"';
    const words = '(?:[\\p{L}\\p{M}\\p{N} .,()…–-]|#\\d+;)*';
    const line = new RegExp(
      [
        'flowchart LR',
        ` {2}acc(?:Title|Descr): ${words}`,
        ` {2}(?:n\\d+|note)\\[${label}\\](?::::note)?`,
        ' {2}n\\d+ (?:-->|-\\.->) n\\d+',
        ' {2}classDef \\w+ [\\w:#,-]+(?: 3)?',
        ' {2}class [n\\d,]+ \\w+',
        ' {2}linkStyle [\\d,]+ [\\w:#,-]+',
      ]
        .map((form) => `^${form}$`)
        .join('|'),
      'u',
    );
    const strange = mermaid
      .trimEnd()
      .split('\n')
      .filter((each) => !line.test(each));
    expect(strange).toEqual([]);
  });

  test('stays text in DOT', () => {
    const dot = dotOf(shown);
    expect(unseenIn(dot)).toEqual([]);
    // In a quoted string, a backslash takes the next character with it; outside are only our words.
    const outside = dot.replaceAll(/"(?:[^"\\\n]|\\[\\"n])*"/g, 'Q');
    expect(outside).toMatch(/^[\w\s{}[\]=,.;>-]*$/);
    expect(outside.split('\n').filter((each) => /^ {2}n\d+ \[/.test(each))).toHaveLength(3);
    expect(dot.replaceAll('&amp;', '')).not.toContain('&');
  });

  test('comes out of JSON as it is', () => {
    const json = jsonOf(shown);
    expect(unseenIn(json)).toEqual([]);
    const { audiences } = z
      .object({ audiences: z.array(z.object({ name: z.string(), key: z.string() })) })
      .parse(JSON.parse(json));
    const [base, top] = indexOf([
      builtOn('base', [], { name: text }),
      builtOn('top', [], { name: `x${text}`, key: text }),
    ]).audiences;
    expect(audiences).toEqual([
      { name: base?.name, key: 'base' },
      { name: top?.name, key: top?.key },
    ]);
  });

  test('stays text in a report', async () => {
    const { audiences, complete } = indexOf([
      builtOn('base', [], { name: text, status: text, createdBy: text, updatedAt: text }),
      builtOn('top', ['base', 'gone'], {
        name: text,
        key: text,
        id: `top ${text}`,
        enabled: false,
      }),
    ]);
    const html = reportOf({
      spaceId: text,
      spaceName: text,
      readAt: 0,
      audiences: audiences.map((audience) => ({ ...audience, usedBy: 1 })),
      isComplete: complete,
      findings: review({ audiences, complete }),
      notes: [text],
      picture: await svgOf({ ...shown, isInPage: true }),
    });
    const elements = elementsIn(parseXml(html));
    expect(unseenIn(html)).toEqual([]);
    expect(
      elements.filter(({ name }) => /script|img|iframe|object|embed|link|base|form/.test(name)),
    ).toEqual([]);
    const attributes = elements.flatMap((element) => Object.entries(element.attributes));
    expect(attributes.filter(([name]) => /^on|^src$/i.test(name))).toEqual([]);
    const links = elements.filter(({ name }) => name === 'a').map((link) => link.attributes.href);
    expect(links.filter((href) => !/^#r\d+$/.test(href ?? ''))).toEqual([]);
    const styles = attributes.flatMap(([name, value]) => (name === 'style' ? [value] : []));
    expect(styles.filter((style) => !/^--share:[\d.]+%?$/.test(style))).toEqual([]);
    const body = elements.find(({ name }) => name === 'tbody');
    expect(body?.children.filter((child) => typeof child !== 'string')).toHaveLength(2);
    expect(
      elements
        .filter(({ name }) => name === 'style')
        .map(textIn)
        .join(''),
    ).not.toContain('alert');
  });
});

test('the report of an empty space counts none, and has no empty list', () => {
  const html = reportOf({
    spaceId: 'spa_1',
    spaceName: undefined,
    readAt: 0,
    audiences: [],
    isComplete: true,
    findings: [],
    notes: [],
    picture: '',
  });
  expect(html).toContain('<dl class="tiles"><div><dt>Audiences</dt><dd>0</dd></div></dl>');
  expect(html).not.toContain('<ul');
});
