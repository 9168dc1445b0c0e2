import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Exchange, type Fault, type Sandbox, start } from '../../src/sandbox/start.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { headersOf, rawRequest } from '../support/raw-http.ts';

/*
 * What is recorded of every exchange.
 */

const token = 'sgp_record/secret&more=';
const path = '/spaces/spa_1/audiences';
const clock = new ManualClock();
let sandbox: Sandbox;
let recorded: Exchange[] = [];
let fault: Fault | undefined;

beforeEach(async () => {
  recorded = [];
  fault = undefined;
  sandbox = await start({
    seeds: { spa_1: [] },
    clock,
    faults: () => fault,
    record: (exchange) => recorded.push(exchange),
  });
});
afterEach(() => sandbox.close());

const headers = { ...headersOf('v1'), authorization: `Bearer ${token}`, cookie: 'session=1' };
const body = { name: 'N', audienceType: 'USERS', definition: { query: "trait('x') = 1" } };
const send = (method: string, target: string, sent?: unknown) =>
  rawRequest(sandbox.url, method, target, { headers, body: sent });

test('request and response, with the time, as they were on the wire', async () => {
  const answer = await send('POST', path, body);
  expect(recorded).toEqual([
    {
      time: new Date(clock.now()).toISOString(),
      operation: 'create_audience',
      request: {
        method: 'POST',
        path,
        headers: expect.objectContaining({ accept: headers.accept }),
        body,
      },
      response: {
        status: 200,
        headers: expect.objectContaining({ 'X-RateLimit-Consumed': '1' }),
        body: answer.body,
      },
    },
  ]);
});

test('what was not understood, with the reason', async () => {
  await send('GET', '/nothing');
  expect(recorded).toMatchObject([
    {
      request: { path: '/nothing' },
      response: { status: 404 },
      note: 'The sandbox has no GET /nothing',
    },
  ]);
});

test('what went wrong on purpose', async () => {
  fault = { kind: 'drop', when: 'after' };
  await expect(send('POST', path, body)).rejects.toThrow();
  fault = { kind: 'answer', status: 503, body: 'busy' };
  await send('GET', path);
  fault = { kind: 'alter', alter: () => ({ odd: true }) };
  await send('GET', path);
  expect(recorded.map((exchange) => JSON.parse(JSON.stringify(exchange)))).toMatchObject([
    { fault: { kind: 'drop', when: 'after' }, response: null },
    { fault: { kind: 'answer' }, response: { status: 503, body: 'busy' } },
    { fault: { kind: 'alter' }, response: { body: { odd: true } } },
  ]);
});

test('never the token, wherever it stands', async () => {
  await send('POST', `${path}?q=${encodeURIComponent(token)}`, { ...body, description: token });
  await send('POST', path, `no JSON: ${token}`);
  await send('POST', path, { ...body, description: `My ${token}` });
  const written = JSON.stringify(recorded);
  expect(recorded).toHaveLength(3);
  for (const spelling of [token, encodeURIComponent(token), 'session=1', 'record/secret']) {
    expect(written).not.toContain(spelling);
  }
  expect(recorded[2]?.request.body).toMatchObject({ description: 'My [token]' });
});
