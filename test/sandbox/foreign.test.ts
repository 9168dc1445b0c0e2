import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LogEntry, type Sandbox, start } from '../../src/sandbox/start.ts';
import { properHeaders, rawRequest } from '../support/raw-http.ts';

/*
 * Requests that a page of the web has a browser send to this machine.
 */

const entries: LogEntry[] = [];
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await start({ edition: 'v1alpha', log: (entry) => entries.push(entry) });
});
afterAll(() => sandbox.close());

const path = '/spaces/spa_shop_production/audiences?pagination.count=1';
const ask = (headers: Record<string, string>) =>
  rawRequest(sandbox.url, 'GET', path, { headers: { ...properHeaders, ...headers } });

test.each<Record<string, string>>([
  { host: 'evil.example' },
  { host: 'evil.example:4010' },
  { host: '127.0.0.1.evil.example' },
  { host: 'localhost.evil.example' },
  { host: 'user@evil.example' },
  { host: '10.0.0.1' },
  { host: 'evil.example@127.0.0.1' },
  { host: '127.0.0.1\\@evil.example' },
  { host: '127.0.0.1/evil.example' },
  { host: 'localhost:4010:4010' },
  { host: '2130706433' },
  { host: 'not a host' },
  { origin: 'https://evil.example' },
  { origin: 'http://127.0.0.1.evil.example' },
  { origin: 'http://localhost\\@evil.example' },
  { origin: 'javascript://localhost' },
  { origin: 'null' },
  { origin: '' },
  { host: 'localhost', origin: 'https://evil.example' },
])('are refused: %j', async (headers) => {
  const { status, body } = await ask(headers);
  expect(status).toBe(403);
  expect(body).toMatchObject({ errors: [{ type: 'forbidden' }] });
  expect(entries.at(-1)).toMatchObject({ status: 403 });
});

test.each<Record<string, string>>([
  {},
  { host: 'localhost' },
  { host: 'LOCALHOST:4010' },
  { host: '[::1]:4010' },
  { origin: 'http://localhost:3000' },
  { origin: 'http://127.0.0.1' },
])('those of this machine are answered: %j', async (headers) => {
  expect((await ask(headers)).status).toBe(200);
});

test('a foreign write changes nothing and uses up no quota', async () => {
  const url = '/spaces/spa_shop_production/audiences/aud_000000001';
  const headers = { ...properHeaders, origin: 'https://evil.example' };
  for (let count = 0; count < 30; count += 1) {
    expect((await rawRequest(sandbox.url, 'DELETE', url, { headers })).status).toBe(403);
  }
  expect((await rawRequest(sandbox.url, 'DELETE', url)).status).toBe(200);
});
