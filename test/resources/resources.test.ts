import { McpError } from '@modelcontextprotocol/sdk/types.js';
import markdownIt from 'markdown-it';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { resourceTemplates } from '../../src/resources/registry.ts';
import type { SegmentApi } from '../../src/segment/api.ts';
import type { CallContext } from '../../src/segment/call.ts';
import { RateLimitedError, RefusedError } from '../../src/segment/errors.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { Changes } from '../support/changes.ts';
import { hostileTexts } from '../support/hostile.ts';
import {
  type Asked,
  audience,
  type ConnectOptions,
  connect,
  fakeApi,
  secret,
} from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { oneIn } from '../support/runs.ts';

const contentsSchema = z.tuple([
  z.object({ uri: z.string(), mimeType: z.string(), text: z.string() }),
]);

const pageOf = (audiences: Audience[]) => ({
  page: async () => ({ audiences, pagination: { next: null } }),
});

/** What reading a resource comes to: a text, or an error. */
interface Outcome {
  text?: string;
  mimeType?: string;
  uri?: string;
  code?: number;
  message?: string;
  data?: unknown;
  asked: Asked[];
}

async function read(
  uri: string,
  answers: Parameters<typeof fakeApi>[0],
  options: ConnectOptions = {},
): Promise<Outcome> {
  const { api, asked } = fakeApi(answers);
  const client = await connect(api, options);
  try {
    const { contents } = await client.readResource({ uri });
    return { ...contentsSchema.parse(contents)[0], asked };
  } catch (error) {
    if (!(error instanceof McpError)) throw error;
    return { code: error.code, message: error.message, data: error.data, asked };
  } finally {
    await client.close();
  }
}

const one = 'segment://spaces/spa_1/audiences/aud_1';
const overview = 'segment://spaces/spa_1/overview';

test('the templates are listed, and nothing that announces changes is declared', async () => {
  const client = await connect(fakeApi({}).api);
  const { resourceTemplates: listed } = await client.listResourceTemplates();
  expect(listed.map(({ uriTemplate, mimeType }) => [uriTemplate, mimeType])).toEqual(
    resourceTemplates.map(({ uriTemplate, mimeType }) => [uriTemplate, mimeType]),
  );
  expect(JSON.stringify(client.getServerCapabilities())).not.toContain('listChanged');
  await client.close();
});

describe('an audience', () => {
  test('is one text in Markdown', async () => {
    const { text, mimeType, uri, asked } = await read(one, {
      audience: audience({ size: { count: 12_345 }, computeCadence: { type: 'REALTIME' } }),
    });
    expect([mimeType, uri]).toEqual(['text/markdown', one]);
    expect(text).toContain('# Audience "Big spenders"');
    expect(text).toContain("```\ntrait('total_spend') > 200\n```");
    expect(text).toContain('Users whose');
    expect(text).toContain('| Size | 12,345 |');
    expect(asked).toEqual([['get_audience', { spaceId: 'spa_1', id: 'aud_1' }]]);
  });

  test('contains no secret', async () => {
    const { text } = await read(one, { audience: audience({ name: `Key ${secret}` }) });
    expect(text).toContain('[redacted]');
    expect(text).not.toContain(secret);
  });

  test('stays short, however long its text is', async () => {
    const long = 'x'.repeat(200_000);
    const { text } = await read(one, {
      audience: audience({
        name: long,
        description: long,
        definition: { query: `trait('${long}') = 1` },
      }),
    });
    expect(text?.length).toBeLessThan(100_000);
    expect(text).toContain('characters in all]');
  });
});

describe('an overview', () => {
  const audiences = Array.from({ length: 12 }, (_, n) =>
    audience({
      id: `aud_${n}`,
      name: `Audience ${n}`,
      key: `key_${n}`,
      size: { count: n * 1000 },
      status: n === 3 ? 'Failed' : 'Live',
      computeCadence: { type: n % 2 === 0 ? 'BATCH' : 'REALTIME' },
      definition: { query: `trait('n') = ${n}` },
    }),
  );

  test('counts, ranks and reviews', async () => {
    const { text } = await read(overview, pageOf(audiences), { planLimit: 13 });
    expect(text).toContain('# Overview of the space "spa_1"');
    expect(text).toContain('| Live | 11 |');
    expect(text).toContain('| BATCH | 6 |');
    expect(text).toContain('| "Audience 11" | aud_11 | 11,000 | Live |');
    expect(text).not.toContain('| "Audience 1" |');
    expect(text).toContain('**error** (failed)');
    expect(text).toContain('the plan includes 13');
    expect(text).toContain('  - and 2 more');
  });

  test('of an empty space has no empty table', async () => {
    const { text } = await read(overview, pageOf([]));
    expect(text).toContain('0 audiences, read at');
    expect(text).toContain('Nothing was found.');
    expect(text).not.toContain('|');
  });

  test('of many findings of one kind shows the first, and those of the others', async () => {
    const twins = Array.from({ length: 500 }, (_, n) =>
      audience({
        id: `aud_${n}`,
        name: `Audience ${n % 250}`,
        key: `key_${n}`,
        enabled: n !== 7,
        definition: { query: `trait('n') = ${n % 240}` },
      }),
    );
    const { text = '' } = await read(overview, pageOf(twins));
    const count = (words: string) => text.split(words).length - 1;
    expect(count('(duplicate name)')).toBe(20);
    expect(text).toContain('- 230 more of the kind "duplicate name" are not shown.');
    expect(text).toContain('- 220 more of the kind "duplicate definition" are not shown.');
    expect([count('(disabled)'), count('(not built on)')]).toEqual([1, 1]);
    expect(text).not.toContain('more findings');
  });

  test('looks up destinations of at most 50 audiences', async () => {
    const many = Array.from({ length: 120 }, (_, n) =>
      audience({ id: `aud_${n}`, name: `A ${n}`, key: `key_${n}` }),
    );
    const { text, asked } = await read(overview, pageOf(many));
    expect(asked.filter(([name]) => name === 'list_destinations_from_audience')).toHaveLength(50);
    expect(text).toContain(
      'Destinations were looked up for 50 of the 120 audiences on which no other is built.',
    );
    expect(text).toContain('50 audiences are not connected to any destination');
  });

  const destinationsOf = (asked: Asked[]) =>
    asked.flatMap(([name, input]) => (name === 'list_destinations_from_audience' ? [input] : []));

  test('remembers the destinations for as long as the audiences', async () => {
    const { api, asked } = fakeApi(pageOf(audiences));
    const client = await connect(api, { clock: new ManualClock() });
    const texts: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      const { contents } = await client.readResource({ uri: overview });
      // The moment is that of one clock less an age by another one.
      texts.push(contentsSchema.parse(contents)[0].text.replace(/read at [\d:TZ.-]+/, ''));
    }
    await client.close();
    expect(texts[1]).toBe(texts[0]);
    expect(texts[0]).toContain('Destinations were looked up for 12 of the 12 audiences');
    expect(destinationsOf(asked)).toHaveLength(12);
  });

  /** An API with quota for so many look-ups of destinations. */
  function limitedTo(left: number) {
    const { api, asked } = fakeApi(pageOf(audiences));
    const quota = { left };
    const limited: SegmentApi = {
      ...api,
      send(name, input, call) {
        if (name !== 'list_destinations_from_audience') return api.send(name, input, call);
        quota.left -= 1;
        if (quota.left < 0) return Promise.reject(new RateLimitedError(name, 41_200, 50));
        return api.send(name, input, call);
      },
    };
    return { limited, asked, quota };
  }

  test('does not miss what another one, read at the same time, has found', async () => {
    const client = await connect(limitedTo(12).limited);
    const both = await Promise.all([1, 2].map(() => client.readResource({ uri: overview })));
    await client.close();
    for (const { contents } of both) {
      expect(contentsSchema.parse(contents)[0].text).toMatch(
        /Destinations were looked up for 12 of the 12 audiences on which no other is built\.\n$/,
      );
    }
  });

  test('says for how many destinations there was no quota, until when, and reads those then', async () => {
    const { limited, asked, quota } = limitedTo(5);
    const client = await connect(limited);
    const text = async () => {
      const { contents } = await client.readResource({ uri: overview });
      return contentsSchema.parse(contents)[0].text;
    };
    expect(await text()).toContain(
      'Destinations were looked up for 5 of the 12 audiences on which no other is built. For 7 more, the lookup failed (rate_limited); try again in 42 s.',
    );
    quota.left = 50;
    expect(await text()).toMatch(
      /Destinations were looked up for 12 of the 12 audiences on which no other is built\.\n$/,
    );
    expect(destinationsOf(asked)).toHaveLength(12);
    await client.close();
  });

  test('of 10,000 audiences is short', async () => {
    const many = Array.from({ length: 10_000 }, (_, n) =>
      audience({
        id: `aud_${n}`,
        name: `${'\u200b'.repeat(200)}${n % 3000}`,
        status: `${'\u200b'.repeat(60)}${n}`,
        enabled: n % 2 === 0,
      }),
    );
    const { text } = await read(overview, pageOf(many));
    expect(text?.length).toBeLessThan(60_000);
  });
});

describe("what can't be read", () => {
  const gone = new RefusedError('not_found', 'Gone.', { next: 'Look for it.', status: 404 });
  const busy = new RefusedError('rate_limited', `Wait, ${secret}.\nMore.`, {
    next: 'Call again.',
    status: 429,
    retryAfterMs: 1500,
  });
  const failing = (error: Error) => ({
    audience: async () => {
      throw error;
    },
  });

  test.each([
    ['an unknown resource', 'segment://nothing', {}],
    ['an unknown part of a space', 'segment://spaces/spa_1/nothing', {}],
    ['a dot segment', 'segment://spaces/spa_1/audiences/%2e%2e', {}],
    ['a slash in an id', 'segment://spaces/spa_1/audiences/a%2fb', {}],
    ['a space that is not allowed', 'segment://spaces/spa_2/audiences/aud_1', {}],
    ['the overview of such a space', 'segment://spaces/spa_2/overview', {}],
    ['an audience that is gone', one, failing(gone)],
  ])('%s does not exist', async (_, uri, answers) => {
    const result = await read(uri, answers, { allowedSpaces: ['spa_1'] });
    expect(result.code).toBe(-32_002);
    expect(result.message).toContain(`Unknown resource ${JSON.stringify(uri)}.`);
    if (uri !== one) expect(result.asked).toEqual([]);
  });

  test('for another reason says what to do', async () => {
    const { code, message, data } = await read(one, failing(busy));
    expect(code).toBe(-32_603);
    expect(message).toContain('Wait, [redacted].');
    expect(data).toEqual({ code: 'rate_limited', next: 'Call again.', retryAfterMs: 1500 });
  });
});

test('a read that is cancelled ends what it is waiting for', async () => {
  const changes = new Changes();
  let call: CallContext | undefined;
  const { api } = fakeApi({});
  const waiting: SegmentApi = {
    ...api,
    async send(name, input, given) {
      call = given;
      changes.happened();
      await new Promise<void>((resolve) => {
        given.signal.addEventListener('abort', () => resolve());
      });
      changes.happened();
      return api.send(name, input, given);
    },
  };
  const client = await connect(waiting);
  const cancel = new AbortController();
  const reading = client.readResource({ uri: one }, { signal: cancel.signal });
  await changes.until(() => call);
  cancel.abort();
  await expect(reading).rejects.toThrow();
  await changes.until(() => call?.signal.aborted || undefined);
  await client.close();
});

describe.each(oneIn(2, Object.entries(hostileTexts)))('%s', (_, hostile) => {
  const markdown = markdownIt({ html: true, linkify: true });
  /** Everything in a text that is more than words: tables, headings, code and lists are our own. */
  const foreign = (text: string) =>
    markdown
      .parse(text, {})
      .flatMap((token) => [token, ...(token.children ?? [])])
      .filter(({ type }) => /^(link|image|html|em_|s_|blockquote|hr)/.test(type))
      .map(({ type, content }) => `${type} ${content}`);

  test('stays a name', async () => {
    const given = audience({
      name: hostile,
      key: 'key',
      status: hostile,
      description: hostile,
      definition: { query: `trait('x') = 1` },
      createdBy: hostile,
    });
    const page = await read(one, { audience: given });
    const space = await read(overview, pageOf([given, { ...given, id: 'aud_2' }]));
    for (const text of [page.text ?? '', space.text ?? '']) {
      expect(foreign(text)).toEqual([]);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u);
    }
    const headings = (space.text ?? '').split('\n').filter((line) => line.startsWith('#'));
    expect(headings).toHaveLength(4);
  });
});
