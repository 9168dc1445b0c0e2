import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { SandboxRequest, SeedAudience, SeedDestination } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { neverMs } from '../support/rig.ts';
import { type StandInOptions, startStandIn } from '../support/stand-in.ts';

/*
 * Where an audience sends people is said before it is removed, switched off or redefined.
 */

const query = "trait('plan') = 'vip'";
const audiences: SeedAudience[] = ['Sent', 'Unsent', 'Hidden'].map((name) => ({
  id: `aud_${name}`,
  name,
  audienceType: 'USERS',
  definition: { query },
}));
const braze = { id: 'meta_1', slug: 'braze', name: 'Braze' };
const entered = { name: 'Welcome', type: 'Audience Entered' };
const destinations: SeedDestination[] = [
  {
    name: 'Mails',
    metadata: braze,
    audiences: [{ audience: 'sent', activations: [entered, { ...entered, enabled: false }] }],
  },
  { metadata: braze, enabled: false, audiences: [{ audience: 'sent' }] },
  { name: 'Secret', readable: false, audiences: [{ audience: 'sent' }] },
  {
    name: 'Secret, too',
    readable: false,
    audiences: [{ audience: 'hidden', activations: [entered] }],
  },
];
const sentTo =
  'Sent to: 3 destinations: "Mails" "Braze" (enabled, 1 of 2 activations enabled); "Braze" (disabled, no activations); 1 that this token cannot see.';

const scene = (more: Partial<StandInOptions> = {}) =>
  startStandIn({
    edition: 'v1',
    world: { audiences, destinations },
    flags: { edition: 'v1', confirm: 'remove' },
    answering: () => ({ action: 'accept', content: { agree: true } }),
    ...more,
  });

const isLookUp = ({ operation }: SandboxRequest) =>
  operation === 'list_destinations_from_audience' || operation === 'list_activations_from_audience';

const remove = 'remove_audience_from_space';
const update = 'update_audience_for_space';

describe('a question about', () => {
  test.each<[string, string, object]>([
    ['a removal', remove, {}],
    ['switching off', update, { enabled: false }],
    ['a new definition', update, { query: "trait('plan') = 'gold'" }],
    ['new options', update, { includeHistoricalData: true }],
  ])('%s says it, for two requests', async (_, tool, args) => {
    const { client, questions, requests } = await scene();
    const { error } = await callTool(client, tool, { id: 'aud_Sent', ...args });
    expect(error).toBeUndefined();
    expect(questions).toHaveLength(1);
    expect(questions[0]).toContain(`\n- ${sentTo}\n`);
    expect(requests.filter(isLookUp)).toHaveLength(2);
  });

  test('a new name does not, and looks for nothing', async () => {
    const flags = { edition: 'v1', confirm: 'writes' } as const;
    const { client, questions, requests } = await scene({ flags });
    await callTool(client, update, { id: 'aud_Sent', name: 'New' });
    expect(questions).toHaveLength(1);
    expect(questions[0]).not.toContain('Sent to');
    expect(requests.filter(isLookUp)).toHaveLength(0);
  });

  test.each([
    ['aud_Unsent', 'Sent to: no destination.'],
    [
      'aud_Hidden',
      /Sent to: 1 destination: "ii_\w+" \(not visible to this token, 1 of 1 activations enabled\)\./,
    ],
  ])('%s', async (id, expected) => {
    const { client, questions } = await scene();
    await callTool(client, remove, { id });
    expect(questions[0]).toMatch(expected);
  });
});

describe('where the agent asks', () => {
  test('it is said once, and not looked up again after the agreement', async () => {
    const { client, requests } = await scene({ answering: undefined });
    const asked = await callTool(client, remove, { id: 'aud_Sent' });
    expect(asked.error?.message).toContain(sentTo);
    requests.splice(0);
    const { confirmation } = z.object({ confirmation: z.string() }).parse(asked.error?.details);
    const done = await callTool(client, remove, { id: 'aud_Sent', confirmation });
    expect(done.error).toBeUndefined();
    expect(requests.filter(isLookUp)).toHaveLength(0);
  });

  test('a change of where it is sent does not undo the agreement', async () => {
    const { client, faults } = await scene({ answering: undefined });
    const asked = await callTool(client, remove, { id: 'aud_Sent' });
    const { confirmation } = z.object({ confirmation: z.string() }).parse(asked.error?.details);
    faults((request) =>
      isLookUp(request) ? { kind: 'answer', status: 500, body: '' } : undefined,
    );
    const done = await callTool(client, remove, { id: 'aud_Sent', confirmation });
    expect(done.error).toBeUndefined();
  });
});

test.each([
  [remove, {}, true],
  [update, { enabled: false }, true],
  [update, { name: 'New' }, false],
])('a dry run of %s with %j says it: %s', async (tool, args, says) => {
  const { client, requests } = await scene();
  const { structured } = await callTool(client, tool, { id: 'aud_Sent', dryRun: true, ...args });
  expect(z.array(z.string()).parse(structured.advice).includes(sentTo)).toBe(says);
  expect(requests.filter(isLookUp)).toHaveLength(says ? 2 : 0);
});

describe('where it is unknown, the question says so, and the write proceeds', () => {
  const errors = JSON.stringify({ errors: [{ type: 'x', message: 'No' }] });

  test.each([
    [500, 'upstream_error'],
    [429, 'rate_limited'],
    [401, 'unsupported'],
    [403, 'unsupported'],
    [404, 'unsupported'],
    [422, 'validation_failed'],
  ])('HTTP %i, after one attempt', async (status, code) => {
    const { client, questions, requests, faults } = await scene();
    faults((request) => (isLookUp(request) ? { kind: 'answer', status, body: errors } : undefined));
    const { error } = await callTool(client, remove, { id: 'aud_Sent' });
    expect(error).toBeUndefined();
    expect(questions[0]).toContain(
      `- Sent to: unknown; its destinations could not be looked up (${code}).`,
    );
    expect(requests.filter(isLookUp)).toHaveLength(2);
  });

  test('no answer within three seconds', async () => {
    const { client, questions, faults, isWaitedFor, through, clock } = await scene();
    faults((request) => {
      if (!isLookUp(request)) return undefined;
      if (request.operation === 'list_activations_from_audience') isWaitedFor(3000);
      return { kind: 'latency', ms: neverMs };
    });
    const from = clock.monotonic();
    const { error } = await through(callTool(client, remove, { id: 'aud_Sent' }));
    expect(error).toBeUndefined();
    expect(questions[0]).toContain('could not be looked up (timeout).');
    expect(clock.monotonic() - from).toBe(3000);
  });

  test('no quota left', async () => {
    const limits = { list_destinations_from_audience: 1 };
    const { client, questions } = await scene({ limits });
    await callTool(client, 'list_audience_destinations', { id: 'aud_Sent' });
    const { error } = await callTool(client, remove, { id: 'aud_Sent' });
    expect(error).toBeUndefined();
    expect(questions[0]).toContain('could not be looked up (rate_limited).');
  });

  test('the edition of 2024, without a request', async () => {
    const { client, questions, requests } = await startStandIn({
      edition: 'v1alpha',
      seeds: [{ name: 'Old', definition: { query, level: 'users' }, createdAt: 0 }],
      flags: { confirm: 'remove' },
      answering: () => ({ action: 'accept', content: { agree: true } }),
    });
    const { error } = await callTool(client, remove, { id: 'aud_000000001' });
    expect(error).toBeUndefined();
    expect(questions[0]).toContain('could not be looked up (unsupported).');
    expect(requests.filter(isLookUp)).toHaveLength(0);
  });
});

test('destinations are shown even if the workspace lacks activations', async () => {
  const { client, questions, faults } = await scene();
  const body = JSON.stringify({ errors: [{ type: 'forbidden', message: 'No' }] });
  faults(({ operation }) =>
    operation === 'list_activations_from_audience'
      ? { kind: 'answer', status: 403, body }
      : undefined,
  );
  await callTool(client, remove, { id: 'aud_Sent' });
  expect(questions[0]).toContain('"Mails" "Braze" (enabled, its activations are not known)');
});
