import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/in-memory.ts';
import { firstId, standInSpace, startStandIn } from '../support/stand-in.ts';

/*
 * What is recorded and returned is what went out, whatever else happens meanwhile.
 */

const query = "event('Shoes Bought').count() >= 1";
const seed = { name: 'Old', definition: { query, level: 'users' } } as const;
const folder = mkdtempSync(join(tmpdir(), 'sent-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newAuditLog = () => {
  files += 1;
  return { 'audit-log': join(folder, `${files}.jsonl`) };
};

const lineSchema = z.looseObject({ outcome: z.string(), sent: z.unknown() });
const linesOf = (audit: string) =>
  audit
    .split('\n')
    .filter(Boolean)
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .filter(({ outcome }) => outcome !== 'started');
const answer = (data: object) => ({
  kind: 'answer' as const,
  status: 200,
  body: JSON.stringify({ data }),
});

describe('the audit log', () => {
  test("has a create whose response has the form of 2024 although today's edition was used", async () => {
    const rig = await startStandIn({ edition: 'v1', flags: newAuditLog() });
    const audience = { id: 'aud_9', name: 'New', definition: { query, type: 'users' } };
    rig.faults(({ method }) => (method === 'POST' ? answer({ audience }) : undefined));
    const args = { name: 'New', query, filterByExternalIds: ['email'] };
    const { error, structured } = await callTool(rig.client, 'create_audience', args);
    expect(error).toBeUndefined();
    expect(structured).toMatchObject({ audience: { id: 'aud_9' } });
    expect(linesOf(rig.audit())).toMatchObject([
      { outcome: 'done', id: 'aud_9', sent: { options: { filterByExternalIds: ['email'] } } },
    ]);
  });

  test('has the form that was sent, also when the edition changes meanwhile', async () => {
    const rig = await startStandIn({ edition: 'v1alpha', seeds: [seed], flags: newAuditLog() });
    rig.faults(({ method, operation }) => {
      if (method === 'PATCH') {
        // Another call learns while this one is under way that today's edition is spoken.
        void callTool(rig.client, 'list_audiences');
        return { kind: 'latency', ms: 20 };
      }
      if (operation !== 'list_audiences') return undefined;
      return answer({ audiences: [{ id: 'x', audienceType: 'USERS' }], pagination: {} });
    });
    const next = "event('Shoes Bought').count() >= 2";
    const args = { id: firstId, query: next };
    expect((await callTool(rig.client, 'update_audience_for_space', args)).error).toBeUndefined();
    expect(linesOf(rig.audit())).toMatchObject([
      { outcome: 'done', sent: { definition: { query: next, type: 'users' } } },
    ]);
  });
});

test('an audience that appeared while the user was asked is not mistaken for a lost create', async () => {
  const rig = await startStandIn({
    edition: 'v1',
    seeds: [seed],
    flags: { confirm: 'writes' },
    async answering() {
      await fetch(`${rig.sandbox.url}/spaces/${standInSpace}/audiences`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer another-token',
          accept: 'application/json',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ name: 'New', audienceType: 'USERS', definition: { query } }),
      });
      rig.faults(({ method }) =>
        method === 'POST' ? { kind: 'drop', when: 'before' } : undefined,
      );
      return { action: 'accept', content: { agree: true } };
    },
  });
  const args = { name: 'New', query, allowDuplicateName: true };
  const { error } = await callTool(rig.client, 'create_audience', args);
  expect(error?.code).toBe('outcome_unknown');
});

test('a create searches a small space even where few lists are allowed per minute', async () => {
  const rig = await startStandIn({
    edition: 'v1',
    seeds: [seed],
    flags: { edition: 'v1', 'rate-limits': 'list_audiences=1' },
  });
  const created = await callTool(rig.client, 'create_audience', { name: 'New', query });
  expect(created.error).toBeUndefined();
});

test('a dry run keeps no name from a create at the same time', async () => {
  const rig = await startStandIn({ edition: 'v1', seeds: [seed] });
  const args = { name: 'New', query };
  const [rehearsed, created] = await Promise.all([
    callTool(rig.client, 'create_audience', { ...args, dryRun: true }),
    callTool(rig.client, 'create_audience', args),
  ]);
  expect([rehearsed.error, created.error]).toEqual([undefined, undefined]);
});

test('an option that Segment shows in an unknown form is not dropped by an update', async () => {
  const rig = await startStandIn({ edition: 'v1', seeds: [seed], flags: { edition: 'v1' } });
  const options = { includeHistoricalData: true, filterByExternalIds: ['email', null] };
  const audience = { id: firstId, name: 'Old', audienceType: 'USERS', options };
  rig.faults(({ method }) => (method === 'GET' ? answer({ audience }) : undefined));
  const update = (args: object) =>
    callTool(rig.client, 'update_audience_for_space', { id: firstId, ...args });
  const { error } = await update({ includeHistoricalData: false });
  expect(error).toMatchObject({ code: 'invalid_input', field: 'filterByExternalIds' });
  expect(rig.writes()).toEqual([]);
  const named = await update({ includeHistoricalData: false, filterByExternalIds: ['email'] });
  expect(named.error).toBeUndefined();
});

test("what only today's edition can do ends as unsupported where Segment does not have it", async () => {
  const rig = await startStandIn({ edition: 'v1alpha' });
  const args = { name: 'New', query, filterByExternalIds: ['email'] };
  const { error } = await callTool(rig.client, 'create_audience', args);
  expect(error).toMatchObject({ code: 'unsupported', field: 'filterByExternalIds' });
  expect(error?.next).toMatch(/Check spaceId/);
});

test('a refusal of the whole token says so, and promises no other operation', async () => {
  const rig = await startStandIn({ edition: 'v1', seeds: [seed], flags: { 'max-wait-ms': '0' } });
  rig.faults(() => ({ kind: 'token-limit', retryAfterSeconds: 30 }));
  const first = await callTool(rig.client, 'get_audience', { id: firstId });
  const second = await callTool(rig.client, 'list_audiences');
  for (const { error } of [first, second]) {
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 30_000 });
    expect(error?.message).toMatch(/is limiting this token as a whole/);
    expect(error?.next).not.toMatch(/other operations/);
  }
});

test('a long list of problems is cut, and stays within a result', async () => {
  const rig = await startStandIn({ edition: 'v1', seeds: [seed] });
  const errors = Array.from({ length: 5000 }, (_, index) => ({
    type: 'input-validation',
    message: 'x'.repeat(1000),
    field: `field${index}`,
  }));
  const body = JSON.stringify({ errors });
  rig.faults(({ method }) =>
    method === 'POST' ? { kind: 'answer', status: 422, body } : undefined,
  );
  const { error, text } = await callTool(rig.client, 'create_audience', { name: 'New', query });
  expect(error).toMatchObject({ code: 'validation_failed', field: 'field0' });
  expect(text.length).toBeLessThan(100_000);
});
