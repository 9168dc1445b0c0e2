import type { JSONRPCResponse } from '@modelcontextprotocol/sdk/types.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { UnderWay } from '../../../src/transports/http/under-way.ts';
import { LocalBus } from '../../support/replica.ts';

/* Who may answer a question of a replica, and cancel a request, here and through another replica. */

const owner = { caller: 'ann', id: 'session-1' };
const answer = (id: string): JSONRPCResponse => ({
  jsonrpc: '2.0',
  id,
  result: { action: 'accept' },
});

let bus: LocalBus;
let asking: UnderWay;
let other: UnderWay;
let delivered: JSONRPCResponse[];
let question: string;

beforeEach(() => {
  bus = new LocalBus();
  let count = 0;
  const newId = () => {
    count += 1;
    return `question-${count}`;
  };
  asking = new UnderWay(bus.member(), newId);
  other = new UnderWay(bus.member(), newId);
  delivered = [];
  question = asking.questionsOf(owner).asked((given) => delivered.push(given));
});

describe.each([
  ['at the replica that asked', () => asking, 0],
  ['at another replica', () => other, 1],
])('%s', (_, at, published) => {
  test('the answer of whoever was asked is delivered', async () => {
    await at().answer(owner, answer(question));
    expect(delivered).toEqual([answer(question)]);
    expect(bus.messages).toHaveLength(published);
  });

  test.each([
    ['another caller', { ...owner, caller: 'bob' }],
    ['another session of the caller', { ...owner, id: 'session-2' }],
  ])('that of %s is ignored, and the question stays open', async (__, stranger) => {
    await at().answer(stranger, answer(question));
    expect(delivered).toEqual([]);
    await at().answer(owner, answer(question));
    expect(delivered).toHaveLength(1);
  });

  test('that to another question is ignored', async () => {
    await at().answer(owner, answer('question-77'));
    expect(delivered).toEqual([]);
  });

  test('a cancellation is for the request of the same caller and session only', async () => {
    let cancelled = 0;
    asking.begin(owner, 5, () => {
      cancelled += 1;
    });
    await at().cancel({ ...owner, caller: 'bob' }, 5);
    await at().cancel({ ...owner, id: 'session-2' }, 5);
    await at().cancel(owner, '5');
    expect(cancelled).toBe(0);
    await at().cancel(owner, 5);
    expect(cancelled).toBe(1);
  });
});

test('an answer from the bus that is not a response is ignored', async () => {
  const { caller, id: session } = owner;
  const response = { jsonrpc: '2.0', method: 'tools/list', id: question };
  await bus.member().publish({ v: 1, kind: 'answer', caller, session, id: question, response });
  expect(delivered).toEqual([]);
});
