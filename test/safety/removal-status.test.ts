import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { firstId, startStandIn } from '../support/stand-in.ts';

/*
 * A removal is done where Segment says so, or where the audience is gone.
 */

const tool = 'remove_audience_from_space';
const seeds = [{ name: 'Old', definition: { query: "trait('a') = 1", level: 'users' as const } }];

/** Removes an audience while DELETE meets a fault; gives the requests that were made for it. */
async function remove(fault: Fault) {
  const rig = await startStandIn({ edition: 'v1', seeds, flags: { edition: 'v1' } });
  rig.faults(({ method }) => (method === 'DELETE' ? fault : undefined));
  const result = await rig.through(callTool(rig.client, tool, { id: firstId }));
  const methods = rig.requests.map(({ method, id }) => `${method} ${id ?? 'list'}`);
  const left = await rig.through(callTool(rig.client, 'list_audiences'));
  return { ...result, methods, left: left.structured.audiences };
}

const done = [`GET ${firstId}`, `GET ${firstId}`, `DELETE ${firstId}`];
const data = [
  ['FAILURE', { status: 'FAILURE' }, 'the status "FAILURE"'],
  ['PENDING', { status: 'PENDING' }, 'the status "PENDING"'],
  ['an empty status', { status: '' }, 'no status'],
  ['null', { status: null }, 'no status'],
  ['a status of another kind', { status: true }, 'no status'],
  ['no status', {}, 'no status'],
] as const;

test.each(data)('is not reported as done where the answer has %s', async (_, content, said) => {
  const body = JSON.stringify({ data: content });
  const { error, methods, left } = await remove({ kind: 'answer', status: 202, body });
  expect(error).toMatchObject({
    code: 'outcome_unknown',
    message: expect.stringContaining(`the response has ${said}; "SUCCESS" was expected.`),
    next: expect.stringContaining('get_audience'),
    details: { audience: { id: firstId } },
  });
  expect(methods).toEqual([...done, `GET ${firstId}`]);
  expect(left).toHaveLength(1);
});

test.each(data)('is done where the audience is gone nevertheless: %s', async (_, content) => {
  const { error, structured, methods, left } = await remove({
    kind: 'alter',
    alter: () => ({ data: content }),
  });
  expect(error).toBeUndefined();
  expect(structured.status).toBe('SUCCESS');
  expect(methods).toEqual([...done, `GET ${firstId}`, 'GET list']);
  expect(left).toEqual([]);
});

test.each(['SUCCESS', 'success', 'Success'])('needs no check where it says %s', async (status) => {
  const { error, methods } = await remove({ kind: 'alter', alter: () => ({ data: { status } }) });
  expect(error).toBeUndefined();
  expect(methods).toEqual(done);
});

describe('an answer without a word from Segment', () => {
  const json = (body: unknown) => ({ status: 200, body: JSON.stringify(body) });
  const wordless = [
    ['HTTP 204', { status: 204, body: '' }],
    ['an empty body', { status: 200, body: '' }],
    ['an empty object', json({})],
    ['data that is null', json({ data: null })],
    ['a page', { status: 200, body: '<h1>Welcome</h1>' }],
    ['errors next to its data', json({ data: { status: 'SUCCESS' }, errors: [{ message: 'no' }] })],
    ['HTTP 302', { status: 302, body: '' }],
    ['HTTP 303', { status: 303, body: '' }],
  ] as const;

  test.each(wordless)('is checked, and done where the audience is gone: %s', async (_, answer) => {
    const result = await remove({ kind: 'answer', ...answer, applied: true });
    expect(result.error).toBeUndefined();
    expect(result.structured.status).toBe('SUCCESS');
    expect(result.methods).toEqual([...done, `GET ${firstId}`, 'GET list']);
  });

  test.each(wordless)('is outcome_unknown where the audience is there: %s', async (_, answer) => {
    const result = await remove({ kind: 'answer', ...answer });
    expect(result.error?.code).toBe('outcome_unknown');
    expect(result.methods).toEqual([...done, `GET ${firstId}`]);
    expect(result.left).toHaveLength(1);
  });
});

describe('after an attempt that was answered with 502', () => {
  const lost: Fault = { kind: 'answer', status: 502, body: '' };
  const refused = (status: number): Fault => ({ kind: 'answer', status, body: '' });

  /** Removes an audience; the second attempt, which its look allows, meets what is given. */
  async function removeAfter502(later: Fault, isGone: boolean) {
    const rig = await startStandIn({ edition: 'v1', seeds, flags: { edition: 'v1' } });
    let sent = 0;
    const fault = isGone && later.kind === 'answer' ? { ...later, applied: true } : later;
    rig.faults(({ method }) => {
      if (method !== 'DELETE') return undefined;
      sent += 1;
      return sent === 1 ? lost : fault;
    });
    return rig.through(callTool(rig.client, tool, { id: firstId }));
  }

  test.each([401, 403, 410, 302, 429, 500])('a %d is outcome_unknown', async (status) => {
    const { error } = await removeAfter502(refused(status), false);
    expect(error).toMatchObject({
      code: 'outcome_unknown',
      message: expect.stringContaining('HTTP 50'),
      next: expect.stringMatching(/^(?!.*get_audience.*get_audience).*get_audience.*If it is gone/),
      details: { audience: { id: firstId } },
    });
  });

  test.each([401, 410, 302])('a %d is not a failure where the audience is gone', async (status) => {
    const { error, structured } = await removeAfter502(refused(status), true);
    expect(error).toBeUndefined();
    expect(structured.status).toBe('SUCCESS');
  });
});
