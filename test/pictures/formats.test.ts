import { describe, expect, test } from 'vitest';
import { graphLimits } from '../../src/commands/graph.ts';
import { dotOf } from '../../src/pictures/dot.ts';
import { jsonOf } from '../../src/pictures/json.ts';
import { layoutOf } from '../../src/pictures/layout.ts';
import { maxMermaidChars, mermaidOf } from '../../src/pictures/mermaid.ts';
import { dark, light } from '../../src/pictures/palette.ts';
import type { Shown } from '../../src/pictures/picture.ts';
import { statusOf, tones } from '../../src/pictures/status.ts';
import { svgOf } from '../../src/pictures/svg.ts';
import { linesOf, widthOf } from '../../src/pictures/text-width.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { partOf } from '../../src/space/part-of-graph.ts';
import { builtOn, graphWith } from '../support/graph-scene.ts';
import { elementsIn, parseXml, textIn, type XmlElement } from '../support/xml.ts';

const where = { spaceId: 'spa_1', spaceName: 'Shop', readAt: Date.UTC(2026, 0, 31, 9, 30) };

function shownOf(audiences: readonly Audience[]): Shown {
  return { graph: partOf(graphWith(audiences), graphLimits), ...where };
}

/** One of everything. */
const everything = [
  builtOn('base', [], { name: 'Base', size: { count: 12_345 } }),
  builtOn('off', ['base'], { name: 'Off', enabled: false, size: { count: 1 } }),
  builtOn('bad', ['gone'], { name: 'Bad', status: 'FAILED', size: undefined }),
  builtOn('one', ['two'], { name: 'One' }),
  builtOn('two', ['one'], { name: 'Two', status: 'Computing' }),
  builtOn('self', ['self'], { name: 'Self', status: 'Sleeping' }),
  builtOn('alone', []),
  builtOn('odd', [], { definition: { query: '(' } }),
];

const classOf = ({ attributes }: XmlElement) => attributes.class ?? '';

describe('SVG', async () => {
  const root = parseXml(await svgOf(shownOf(everything)));
  const elements = elementsIn(root);
  const cards = elements.filter((each) => classOf(each).startsWith('ag-node'));
  const cardOf = (name: string) =>
    cards.find((card) => textIn(card).includes(name)) ?? { name, attributes: {}, children: [] };

  test('has a title and a description that say all in words', () => {
    const [title = '', description = ''] = ['title', 'desc'].map(
      (name) => elements.filter((each) => each.name === name).map(textIn)[0],
    );
    expect(root.attributes).toMatchObject({
      role: 'img',
      'aria-labelledby': 'audience-graph-title audience-graph-desc',
    });
    expect(title).toBe(
      'Who builds on whom in Shop (spa_1): 6 audiences of 8, 5 connections, 2 cycles, 1 missing key',
    );
    expect(description).toContain('Off is built on Base.');
    expect(description).toContain('Bad is built on the key gone, which no audience has.');
    expect(description).toContain('One is built on Two (part of a cycle).');
    expect(description).toContain('1 definition could not be read');
  });

  test.each([
    ['Base', 'live', 'Live · 12,345 members'],
    ['Off', 'disabled', 'Disabled · 1 member'],
    ['Bad', 'failed', 'Failed · size unknown'],
    ['Two', 'computing', 'Computing · 100 members'],
    ['Self', 'other', 'Sleeping · 100 members'],
    ['gone', 'missing', 'Missing key'],
  ])('shows the status of %s in color and in words', (name, tone, words) => {
    const card = cardOf(name);
    expect(classOf(card).split(' ')).toContain(`ag-${tone}`);
    expect(textIn(card)).toContain(words);
  });

  test('marks cycles and missing keys in words and lines', () => {
    const marked = cards.filter((card) => textIn(card).includes('part of a cycle'));
    expect(marked).toHaveLength(3);
    const lines = elements.filter((each) => classOf(each).startsWith('ag-line')).map(classOf);
    expect(lines.filter((each) => each === 'ag-line ag-line-broken')).toHaveLength(1);
    // One more is in the legend.
    expect(lines.filter((each) => each === 'ag-line ag-line-cycle')).toHaveLength(4);
  });

  test('draws bubbles whose area is in proportion to the size', () => {
    const radiusOf = (name: string) =>
      Number(elementsIn(cardOf(name)).find((each) => each.name === 'circle')?.attributes.r);
    expect((radiusOf('Base') / radiusOf('One')) ** 2).toBeLessThan(123.45);
    expect(radiusOf('Base')).toBe(21);
    expect(radiusOf('Off')).toBe(4);
  });

  test('explains the colors that it uses, and counts what it does not show', () => {
    const text = textIn(root);
    for (const word of ['Live', 'Computing', 'Disabled', 'Failed', 'Another status']) {
      expect(text).toContain(word);
    }
    expect(text).toContain('2 audiences are not shown');
    expect(text).toContain('2026-01-31 09:30 UTC');
  });

  test('says so where there is nothing to show', async () => {
    const svg = await svgOf(shownOf([builtOn('alone', [])]));
    expect(textIn(parseXml(svg))).toContain('No audience of the space is built on another one.');
  });

  test('has each text within its card', async () => {
    const names = ['W'.repeat(90), 'Wide 你好 '.repeat(9), 'i'.repeat(300), 'Two words'];
    const svg = await svgOf(
      shownOf(names.map((name, n) => builtOn(`n${n}`, [`n${n + 1}`], { name }))),
    );
    const all = elementsIn(parseXml(svg));
    const own = all.filter((each) => classOf(each).startsWith('ag-node'));
    expect(own).toHaveLength(names.length + 1);
    for (const card of own) {
      const parts = elementsIn(card);
      const width = Number(parts.find(({ name }) => name === 'rect')?.attributes.width);
      for (const line of parts.filter((each) => classOf(each) === 'ag-name')) {
        const end = Number(line.attributes.x) + widthOf(textIn(line), { size: 13, isBold: true });
        expect(end).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe('the layout', () => {
  const box = { width: 200, height: 60 };

  test('lets no two boxes overlap, and puts what is built on something to the right of it', async () => {
    const chain = Array.from({ length: 60 }, (_, n) =>
      builtOn(`k${n}`, n % 7 === 0 ? [] : [`k${n - 1}`, `k${Math.floor(n / 7) * 7}`]),
    );
    const graph = graphWith(chain);
    const { boxes, width, height } = await layoutOf(
      graph,
      graph.nodes.map(() => box),
    );
    for (const [place, one] of boxes.entries()) {
      expect(one.x).toBeGreaterThanOrEqual(0);
      expect(one.x + one.width).toBeLessThanOrEqual(width);
      expect(one.y + one.height).toBeLessThanOrEqual(height);
      const over = boxes
        .slice(place + 1)
        .filter(
          (other) =>
            one.x < other.x + other.width &&
            other.x < one.x + one.width &&
            one.y < other.y + other.height &&
            other.y < one.y + one.height,
        );
      expect(over).toEqual([]);
    }
    for (const { base, dependent } of graph.connections) {
      expect(boxes[dependent]?.x).toBeGreaterThan(boxes[base]?.x ?? 0);
    }
  });
});

describe('Mermaid', () => {
  const text = mermaidOf(shownOf(everything));

  test('is a flowchart with labels, classes and marks', () => {
    expect(text).toMatchSnapshot();
  });

  test.each([
    ['many connections', 200, 4, 'Name', /left out#58; 284 connections\./],
    ['many audiences', 700, 1, 'Name', /left out#58; 200 more audiences and keys and 200 conn/],
    ['names of escaped characters', 450, 1, '#'.repeat(60), /left out#58; \d+ more aud/],
  ])('stays within its limits with %s, and counts the rest', (_, count, each, name, rest) => {
    const audiences = Array.from({ length: count }, (_each, n) =>
      builtOn(`k${n}`, n < each ? [] : Array.from({ length: each }, (_base, b) => `k${b}`), {
        name,
      }),
    );
    const cut = mermaidOf({ graph: graphWith(audiences), ...where });
    expect(cut.length).toBeLessThanOrEqual(maxMermaidChars);
    expect(cut.match(/-->/g)?.length).toBeLessThanOrEqual(500);
    expect(cut.match(/-->/g)?.length).toBeGreaterThan(80);
    expect(cut).toMatch(rest);
  });
});

test('DOT has labels, sizes, colors and marks', () => {
  expect(dotOf(shownOf(everything))).toMatchSnapshot();
});

test('JSON has all of it for programs', () => {
  expect(jsonOf(shownOf(everything))).toMatchSnapshot();
});

describe('the status of an audience', () => {
  test.each([
    [{ enabled: true, status: 'Live' }, 'Live', 'live'],
    [{ enabled: true, status: 'LIVE' }, 'Live', 'live'],
    [{ enabled: false, status: 'Live' }, 'Disabled', 'disabled'],
    [{ enabled: false, status: 'Failed' }, 'Failed', 'failed'],
    [{ enabled: true, status: 'constructor' }, 'constructor', 'other'],
    [{ enabled: true, status: undefined }, 'Enabled', 'other'],
    [{ enabled: undefined, status: undefined }, 'Status unknown', 'other'],
  ])('of %j is %s', (audience, word, tone) => {
    expect(statusOf(audience)).toEqual({ word, tone });
  });
});

/** WCAG 2.2, relative luminance. */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s palette', (_, palette) => {
  test.each([...tones, 'missing', 'text', 'muted'] as const)('shows %s legibly', (name) => {
    expect(contrast(palette[name], palette.card)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette[name], palette.page)).toBeGreaterThanOrEqual(4.5);
  });

  test('shows lines', () => {
    expect(contrast(palette.line, palette.page)).toBeGreaterThanOrEqual(3);
  });
});

test.each([...tones])('white is legible on %s', (tone) => {
  expect(contrast(light[tone], '#ffffff')).toBeGreaterThanOrEqual(4.5);
});

describe('lines of a text', () => {
  const font = { size: 10 };

  test('break at spaces, and the last one is cut', () => {
    expect(linesOf('one two three fours', 55, 2, font)).toEqual(['one two', 'three fo…']);
  });

  test('break in a word that is too long, but not in a character', () => {
    const lines = linesOf('😀'.repeat(20), 50, 3, font);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.isWellFormed()).toBe(true);
  });

  test('are none of an empty text', () => {
    expect(linesOf(' ', 60, 2, font)).toEqual([]);
  });
});
