import { describe, expect, test } from 'vitest';
import { properHeaders, type RawAnswer } from '../support/raw-http.ts';
import {
  audienceOf,
  definition,
  firstPage,
  pageOf,
  SandboxPerTest,
  space,
} from '../support/sandbox-per-test.ts';

/*
 * What holds for every request: authorization, media types, paths, pages, quota. Over real HTTP, held against Segment's reference.
 */

const bench = new SandboxPerTest();
const { ask, create } = bench;

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
    expect(bench.log[0]?.note).toMatch(/v1alpha/);
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
    expect(headers.date).toBe(new Date(bench.clock.now()).toUTCString());
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
    expect(bench.log).toEqual([
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

describe('pages', () => {
  test('lead forward to the end and back to the start', async () => {
    const page = async (cursor?: string | null) =>
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
    await bench.clock.advance(12_345);
    const reset = new Date(bench.clock.now() + 60_000).toUTCString();
    expect(quotaOf(await create())).toEqual(['1', '9', reset]);
    await bench.clock.advance(30_000);
    expect(quotaOf(await create())).toEqual(['2', '8', reset]);
  });

  test('the eleventh create of a minute is refused, in the documented form', async () => {
    for (let count = 0; count < 10; count += 1) await create();
    await bench.clock.advance(2353);
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
    await bench.clock.advance(57_646);
    expect((await create()).status).toBe(429);
    await bench.clock.advance(1);
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
