import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Fault, type LogEntry, type Sandbox, start } from '../../src/sandbox/start.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { properHeaders, type RawAnswer, rawRequest } from '../support/raw-http.ts';

/*
 * The sandbox over real HTTP, held against Segment's reference. The clock is moved by hand.
 */

const space = '/spaces/spa_shop_production/audiences';
const firstPage = `${space}?pagination.count=1000`;
const definition = { query: "trait('x') = 1", type: 'users' };

let sandbox: Sandbox;
let clock: ManualClock;
let log: LogEntry[];
let fault: Fault | undefined;

beforeEach(async () => {
  clock = new ManualClock();
  log = [];
  fault = undefined;
  sandbox = await start({ clock, faults: () => fault, log: (entry) => log.push(entry) });
});
afterEach(() => sandbox.close());

const ask = (method: string, path: string, more?: Parameters<typeof rawRequest>[3]) =>
  rawRequest(sandbox.url, method, path, more);
const create = (more: object = {}) =>
  ask('POST', space, { body: { name: 'N', definition, ...more } });

const audienceSchema = z.looseObject({ id: z.string(), key: z.string(), status: z.string() });
const audienceOf = ({ body }: RawAnswer) =>
  z.object({ data: z.object({ audience: audienceSchema }) }).parse(body).data.audience;
const pageOf = ({ body }: RawAnswer) =>
  z
    .object({
      data: z.object({
        audiences: z.array(audienceSchema),
        pagination: z.object({
          current: z.string(),
          next: z.string().nullable(),
          previous: z.string().nullable(),
          totalEntries: z.number(),
        }),
      }),
    })
    .parse(body).data;

describe('authorization', () => {
  test.each([undefined, 'Basic abc', 'Bearer ', 'Bearer', 'token'])('%j is 401', async (given) => {
    const { authorization, ...others } = properHeaders;
    const headers: Record<string, string> = given ? { ...others, authorization: given } : others;
    const answer = await ask('GET', firstPage, { headers });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      errors: [{ type: 'unauthorized', message: expect.any(String) }],
    });
  });

  test('any token will do', async () => {
    const headers = { ...properHeaders, authorization: 'Bearer x' };
    expect((await ask('GET', firstPage, { headers })).status).toBe(200);
  });
});

describe('media types', () => {
  test('an Accept without v1alpha asks for an edition that is not here', async () => {
    const headers = { ...properHeaders, accept: 'application/json' };
    const answer = await ask('GET', firstPage, { headers });
    expect(answer.status).toBe(404);
    expect(answer.text).toMatch(/send Accept/);
    expect(log[0]?.note).toMatch(/v1alpha/);
  });

  test('a body needs the Content-Type of the edition, with or without parameters', async () => {
    const plain = { ...properHeaders, 'content-type': 'application/json' };
    const body = { name: 'N', definition };
    expect((await ask('POST', space, { headers: plain, body })).text).toMatch(/send Content-Type/);
    const charset = {
      ...properHeaders,
      'content-type': `${properHeaders['content-type']}; charset=utf-8`,
    };
    expect((await ask('POST', space, { headers: charset, body })).status).toBe(200);
  });

  test('answers have it, too', async () => {
    const { headers } = await ask('GET', firstPage);
    expect(headers['content-type']).toBe('application/vnd.segment.v1alpha+json');
    expect(headers.date).toBe(new Date(clock.now()).toUTCString());
  });
});

describe('what it does not know', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/spaces'],
    ['PUT', space],
    ['POST', `${space}/aud_000000001`],
    ['GET', `${space}/aud_000000001/schedules`],
    ['GET', `${space}/%zz`],
    ['GET', '//spaces/x/audiences'],
    ['GET', `/spaces/${'x'.repeat(256)}/audiences`],
  ])('%s %s is 404, and the log says so', async (method, path) => {
    const answer = await ask(method, path);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ errors: [{ type: 'not-found', message: expect.any(String) }] });
    expect(log).toEqual([
      expect.objectContaining({ method, path, status: 404, note: expect.stringContaining(path) }),
    ]);
  });

  test.each(['/spaces/spa_no/audiences?pagination.count=1', `${space}/aud_no`])(
    '%s is 404',
    async (path) => {
      expect((await ask('GET', path)).status).toBe(404);
    },
  );

  test('an audience of another space is not found', async () => {
    const { id } = audienceOf(await create());
    expect((await ask('GET', `/spaces/spa_shop_staging/audiences/${id}`)).status).toBe(404);
  });

  test.each(['..', '%2e%2e', 'a%2Fb', '..%2F..%2Fspaces'])(
    'the id %s is looked up as it is, not walked',
    async (id) => {
      const answer = await ask('GET', `${space}/${id}`);
      expect(answer.status).toBe(404);
      expect(answer.text).toContain(`There is no audience ${decodeURIComponent(id)} in`);
    },
  );

  test('a query parameter is refused by name', async () => {
    const answer = await ask('GET', `${space}/aud_000000001?include=schedules`);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ field: 'include' }] });
  });
});

describe('create', () => {
  test('gives the audience as the reference describes it', async () => {
    const answer = await create({
      description: 'd',
      definition: { ...definition, type: 'ACCOUNTS' },
      options: { includeHistoricalData: true },
    });
    const now = new Date(clock.now()).toISOString();
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: {
        audience: {
          id: expect.stringMatching(/^aud_/),
          spaceId: 'spa_shop_production',
          name: 'N',
          description: 'd',
          key: 'n',
          enabled: true,
          definition: { query: definition.query, type: 'accounts' },
          status: 'Preparing',
          createdBy: 'usr_sandbox',
          updatedBy: 'usr_sandbox',
          createdAt: now,
          updatedAt: now,
          options: { includeHistoricalData: true },
        },
      },
    });
  });

  test.each([
    [{ name: undefined }, 'name', '"name" is required'],
    [{ name: '' }, 'name', '"name" is not allowed to be empty'],
    [{ name: 7 }, 'name', '"name" must be a string'],
    [{ name: 'x'.repeat(256) }, 'name', '"name" must have at most 255 characters'],
    [{ definition: undefined }, 'definition', '"definition" is required'],
    [{ definition: 'q' }, 'definition', '"definition" must be an object'],
    [{ definition: { type: 'users' } }, 'definition.query', '"definition.query" is required'],
    [{ definition: { query: 'q' } }, 'definition.type', '"definition.type" is required'],
    [
      { definition: { query: 'q', type: '' } },
      'definition.type',
      '"definition.type" must be one of [users, accounts]',
    ],
    [{ enabled: 'yes' }, 'enabled', '"enabled" must be a boolean'],
    [{ options: { x: 1 } }, 'options.x', '"options.x" is not allowed'],
    [{ owner: 'me' }, 'owner', '"owner" is not allowed'],
  ])('%j is 422 and names the field', async (more, field, message) => {
    const answer = await create(more);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({ errors: [{ type: 'input-validation', message, field }] });
  });

  test('every bad field has an entry of its own', async () => {
    const answer = await ask('POST', space, { body: { enabled: 1, description: 2 } });
    const { errors } = z
      .object({ errors: z.array(z.object({ field: z.string() })) })
      .parse(answer.body);
    expect(errors.map(({ field }) => field).sort()).toEqual([
      'definition',
      'description',
      'enabled',
      'name',
    ]);
  });

  test.each(['', '{', '[]', 'null', '"x"'])('the body %j is 422', async (body) => {
    expect((await ask('POST', space, { body })).status).toBe(422);
  });

  test('a body over a megabyte is 413', async () => {
    const answer = await create({ description: 'x'.repeat(1024 * 1024) });
    expect(answer.status).toBe(413);
    expect(pageOf(await ask('GET', firstPage)).pagination.totalEntries).toBe(10);
  });

  test('keys are made from names and never used twice, also after a removal', async () => {
    const keyOf = async (name: string) => audienceOf(await create({ name })).key;
    expect(await keyOf('Café – Größe 42!')).toBe('cafe_gro_e_42');
    const first = audienceOf(await create({ name: 'Same' }));
    expect(first.key).toBe('same');
    await ask('DELETE', `${space}/${first.id}`);
    expect(await keyOf('same')).toBe('same_2');
    expect(await keyOf('日本')).toBe('audience');
  });
});

describe('the life of an audience', () => {
  const statusOf = async (id: string) => audienceOf(await ask('GET', `${space}/${id}`)).status;

  test('goes from Preparing over Computing to Live', async () => {
    const { id } = audienceOf(await create());
    const seen: string[] = [];
    for (const ms of [0, 1999, 1, 3999, 1]) {
      await clock.advance(ms);
      seen.push(await statusOf(id));
    }
    expect(seen).toEqual(['Preparing', 'Preparing', 'Computing', 'Computing', 'Live']);
  });

  test('of a disabled one is Disabled, until it is enabled and computed', async () => {
    const { id } = audienceOf(await create({ enabled: false }));
    await clock.advance(60_000);
    expect(await statusOf(id)).toBe('Disabled');
    await ask('PATCH', `${space}/${id}`, { body: { enabled: true } });
    expect(await statusOf(id)).toBe('Computing');
    await clock.advance(4000);
    expect(await statusOf(id)).toBe('Live');
  });
});

describe('update', () => {
  const path = `${space}/aud_000000001`;

  test('changes what is given, keeps the rest and the key', async () => {
    const before = audienceOf(await ask('GET', path));
    const after = audienceOf(await ask('PATCH', path, { body: { name: 'Renamed' } }));
    const updatedAt = new Date(clock.now()).toISOString();
    expect(after).toEqual({ ...before, name: 'Renamed', status: 'Computing', updatedAt });
  });

  test('locks the audience for a moment: 409, and then no more', async () => {
    await ask('PATCH', path, { body: { name: 'A' } });
    await clock.advance(1999);
    const refused = await ask('PATCH', path, { body: { name: 'B' } });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ errors: [{ type: 'conflict' }] });
    await clock.advance(1);
    expect((await ask('PATCH', path, { body: { name: 'B' } })).status).toBe(200);
  });

  test('a locked audience can still be removed', async () => {
    await ask('PATCH', path, { body: { name: 'A' } });
    expect((await ask('DELETE', path)).status).toBe(200);
  });

  test.each([
    [{}, undefined],
    [{ options: {} }, 'options'],
    [{ definition: { query: 'q' } }, 'definition.type'],
  ])('%j is 422', async (body, field) => {
    const answer = await ask('PATCH', path, { body });
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      errors: [
        expect.objectContaining(field ? { field } : { message: expect.stringMatching(/at least/) }),
      ],
    });
  });
});

test('a removed audience is gone', async () => {
  const path = `${space}/aud_000000001`;
  expect((await ask('DELETE', path)).body).toEqual({ data: { status: 'SUCCESS' } });
  expect((await ask('GET', path)).status).toBe(404);
  expect((await ask('DELETE', path)).status).toBe(404);
  expect((await ask('PATCH', path, { body: { enabled: true } })).status).toBe(404);
});

describe('pages', () => {
  test('lead forward to the end and back to the start', async () => {
    const page = async (cursor: string | null) =>
      pageOf(
        await ask(
          'GET',
          `${space}?pagination.count=4${cursor ? `&pagination.cursor=${encodeURIComponent(cursor)}` : ''}`,
        ),
      );
    const first = await page(null);
    const second = await page(first.pagination.next);
    const third = await page(second.pagination.next);
    expect([first, second, third].map(({ audiences }) => audiences.length)).toEqual([4, 4, 2]);
    expect(first.pagination.previous).toBeNull();
    expect(third.pagination.next).toBeNull();
    expect(await page(third.pagination.previous)).toEqual(second);
    expect(await page(second.pagination.previous)).toEqual(first);
    const ids = [first, second, third].flatMap(({ audiences }) => audiences.map(({ id }) => id));
    expect(new Set(ids).size).toBe(first.pagination.totalEntries);
  });

  test.each([
    ['', 'pagination.count'],
    ['?pagination.count=0', 'pagination.count'],
    ['?pagination.count=1001', 'pagination.count'],
    ['?pagination.count=two', 'pagination.count'],
    ['?pagination.count=1&pagination.cursor=nonsense', 'pagination.cursor'],
    ['?pagination.count=1&search=x', 'search'],
  ])('%j is 422', async (query, field) => {
    const answer = await ask('GET', space + query);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ type: 'input-validation', field }] });
  });
});

describe('quota', () => {
  const quotaOf = ({ headers }: RawAnswer) => [
    headers['x-ratelimit-consumed'],
    headers['x-ratelimit-remaining'],
    headers['x-ratelimit-reset'],
  ];

  test('a window opens at the first request and is told on every success', async () => {
    await clock.advance(12_345);
    const reset = new Date(clock.now() + 60_000).toUTCString();
    expect(quotaOf(await create())).toEqual(['1', '9', reset]);
    await clock.advance(30_000);
    expect(quotaOf(await create())).toEqual(['2', '8', reset]);
  });

  test('the eleventh create of a minute is refused, in the documented form', async () => {
    for (let count = 0; count < 10; count += 1) await create();
    await clock.advance(2353);
    const refused = await create();
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({
      errors: [
        {
          type: 'RequestError',
          message: 'Too many requests',
          data: { remainingPoints: 0, msBeforeNext: 57_647, consumedPoints: 11 },
        },
      ],
    });
    await clock.advance(57_646);
    expect((await create()).status).toBe(429);
    await clock.advance(1);
    expect((await create()).status).toBe(200);
  });

  test('what fails counts, too, but without headers; what is not authorized does not', async () => {
    await ask('POST', space, { headers: {}, body: {} });
    const invalid = await ask('POST', space, { body: {} });
    expect(quotaOf(invalid)).toEqual([undefined, undefined, undefined]);
    expect(quotaOf(await create())[0]).toBe('2');
  });

  test('each token and each operation has a window of its own', async () => {
    await create();
    const headers = { ...properHeaders, authorization: 'Bearer another' };
    const other = await ask('POST', space, { headers, body: { name: 'N', definition } });
    expect(quotaOf(other)[0]).toBe('1');
    expect(quotaOf(await ask('GET', firstPage)).slice(0, 2)).toEqual(['1', '24']);
  });
});

describe('faults', () => {
  const total = async () => {
    fault = undefined;
    return pageOf(await ask('GET', firstPage)).pagination.totalEntries;
  };

  test('latency: the true answer, later', async () => {
    fault = { kind: 'latency', ms: 30 };
    const from = performance.now();
    expect((await create()).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThan(28);
  });

  test('answer: instead of the true one', async () => {
    fault = { kind: 'answer', status: 502, headers: { 'content-type': 'text/html' }, body: '<p>' };
    const answer = await create();
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      502,
      'text/html',
      '<p>',
    ]);
    expect(await total()).toBe(10);
  });

  test('answer, applied: instead of the true one, but it took effect', async () => {
    fault = { kind: 'answer', status: 502, body: '', applied: true };
    expect((await create()).status).toBe(502);
    expect(await total()).toBe(11);
  });

  test.each([
    ['before', 10],
    ['after', 11],
    ['mid-body', 11],
  ] as const)('drop %s: the connection breaks', async (when, expected) => {
    fault = { kind: 'drop', when };
    await expect(create()).rejects.toThrow();
    expect(log[0]?.status).toBe('dropped');
    expect(await total()).toBe(expected);
  });

  test('rate-limit: an early refusal that costs nothing', async () => {
    fault = { kind: 'rate-limit', msBeforeNext: 1500 };
    const refused = await create();
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ errors: [{ data: { msBeforeNext: 1500 } }] });
    fault = undefined;
    expect((await create()).headers['x-ratelimit-consumed']).toBe('1');
  });

  test('the request is shown with all there is to know of it', async () => {
    const seen: unknown[] = [];
    const other = await start({ faults: (request) => void seen.push(request) });
    await rawRequest(other.url, 'PATCH', `${space}/a%2Fb`, { body: { enabled: true } });
    await rawRequest(other.url, 'GET', '/nowhere');
    expect(seen).toEqual([
      {
        operation: 'update_audience_for_space',
        method: 'PATCH',
        path: `${space}/a%2Fb`,
        spaceId: 'spa_shop_production',
        id: 'a/b',
        headers: expect.objectContaining(properHeaders),
        body: { enabled: true },
        number: 1,
      },
    ]);
    await other.close();
  });
});

test('the log never holds a token', async () => {
  await create();
  await ask('GET', '/nowhere');
  expect(JSON.stringify(log)).not.toContain('token-of-the-test');
});

test('reset puts audiences and quotas back', async () => {
  const { id } = audienceOf(await create());
  sandbox.reset();
  expect((await ask('GET', `${space}/${id}`)).status).toBe(404);
  expect((await create()).headers['x-ratelimit-consumed']).toBe('1');
});

test('close frees the port, also while an answer is outstanding', async () => {
  fault = { kind: 'latency', ms: 60_000 };
  const outstanding = create();
  outstanding.catch(() => {});
  const other = await start();
  await other.close();
  const again = await start({ port: Number(new URL(other.url).port) });
  await again.close();
  await sandbox.close();
  await expect(outstanding).rejects.toThrow();
  sandbox = await start();
});
