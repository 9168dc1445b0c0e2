import { AudiencesApi } from '@segment/public-api-sdk-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shop } from '../../src/sandbox/seed.ts';
import { type LogEntry, type Sandbox, start } from '../../src/sandbox/start.ts';
import { recentPeople } from '../support/shared-people.ts';

/*
 * Segment's own TypeScript SDK, unchanged, as published on npm (47.0.0-b8398 of 2024): it asks for
 * plain `application/json`, which today's Segment answers as v1, and pages with brackets.
 */

const spaceId = 'spa_shop_production';
const log: LogEntry[] = [];
let sandbox: Sandbox;
let api: AudiencesApi;

beforeAll(async () => {
  sandbox = await start({ seeds: shop, people: recentPeople, log: (entry) => log.push(entry) });
  api = new AudiencesApi(sandbox.url);
  api.accessToken = 'token-of-the-test';
});
afterAll(() => sandbox.close());

test('lists, page by page', async () => {
  const first = (await api.listAudiences(spaceId, { count: 6 })).body.data;
  expect(first?.audiences).toHaveLength(6);
  expect(first?.audiences[0]).toMatchObject({ id: 'aud_000000001', name: 'Big spenders' });
  const cursor = first?.pagination.next ?? undefined;
  const second = (await api.listAudiences(spaceId, { count: 6, cursor })).body.data;
  expect(second?.audiences).toHaveLength(4);
  expect(second?.pagination).toMatchObject({ totalEntries: 10, next: undefined });
  expect(log.at(-1)).toMatchObject({ status: 200, note: expect.stringContaining('brackets') });
});

test('reads one, and is told what is wrong', async () => {
  const { body } = await api.getAudience(spaceId, 'aud_000000004');
  expect(body.data?.audience).toMatchObject({
    key: 'vip_members',
    definition: { query: "trait('plan') = 'vip'" },
  });
  await expect(api.getAudience(spaceId, 'aud_no')).rejects.toMatchObject({
    statusCode: 404,
    body: { errors: [{ type: 'not-found' }] },
  });
});

test('switches one off', async () => {
  const changed = await api.updateAudienceForSpace(spaceId, 'aud_000000001', { enabled: false });
  expect(changed.body.data?.audience).toMatchObject({ id: 'aud_000000001', enabled: false });
  const { body } = await api.getAudience(spaceId, 'aud_000000001');
  expect(body.data?.audience.status).toBe('Disabled');
});

test('removes one', async () => {
  const { body } = await api.removeAudienceFromSpace(spaceId, 'aud_000000002');
  expect(body.data?.status).toBe('SUCCESS');
  await expect(api.getAudience(spaceId, 'aud_000000002')).rejects.toMatchObject({
    statusCode: 404,
  });
});
