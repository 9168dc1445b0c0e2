import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import { Unanswered } from '../../src/mcp/unanswered.ts';
import { tick } from '../support/manual-clock.ts';

const request = (id: string | number): JSONRPCMessage => ({ jsonrpc: '2.0', id, method: 'ping' });
const response = (id: string | number): JSONRPCMessage => ({ jsonrpc: '2.0', id, result: {} });
const refusal = (id: string | number): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code: -32601, message: 'Method not found' },
});
const cancelled = (requestId: string | number): JSONRPCMessage => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
});

/** Whether there are none left after messages came in and others left. */
async function areNone(received: JSONRPCMessage[], sent: JSONRPCMessage[]): Promise<boolean> {
  const unanswered = new Unanswered();
  for (const message of received) unanswered.received(message);
  let none = false;
  void unanswered.none().then(() => {
    none = true;
  });
  for (const message of sent) unanswered.sent(message);
  await tick();
  return none;
}

test.each<[string, JSONRPCMessage[], JSONRPCMessage[], boolean]>([
  ['nothing came in', [], [], true],
  ['a request without a response', [request(1)], [], false],
  ['a request with a response', [request(1)], [response(1)], true],
  ['a request with an error', [request('a')], [refusal('a')], true],
  ['two requests with one response', [request(1), request(2)], [response(2)], false],
  ['ids that differ in type only', [request(1)], [response('1')], false],
  ['an id that is used twice', [request(1), request(1)], [response(1)], false],
  ['an id that is used twice, both answered', [request(1), request(1)], [1, 1].map(response), true],
  ['a cancelled request', [request(1), cancelled(1)], [], true],
  ['a request beside a cancelled one', [request(1), request(2), cancelled(1)], [], false],
  ['a notification', [{ jsonrpc: '2.0', method: 'notifications/initialized' }], [], true],
  ["a response to the server's own request", [response(1)], [], true],
  ["the server's own request of the same id", [request(1)], [request(1)], false],
])('%s', async (_, received, sent, expected) => {
  expect(await areNone(received, sent)).toBe(expected);
});

test('resolves as soon as the last response has left', async () => {
  const unanswered = new Unanswered();
  unanswered.received(request(1));
  const none = unanswered.none();
  unanswered.sent(response(1));
  await none;
});
