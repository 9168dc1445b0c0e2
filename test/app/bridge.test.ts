import { expect, test } from 'vitest';
import { BridgeError, bridgeOver, type Handlers } from '../../src/app/page/bridge.ts';
import type { Fields } from '../../src/app/page/read.ts';

/** A bridge, with what it posted, and the host's voice. */
function bridged(handlers: Handlers = {}) {
  const posted: Fields[] = [];
  let receive: (message: unknown) => void = () => {};
  const bridge = bridgeOver(
    {
      post: (message) => posted.push(message),
      listen(heard) {
        receive = heard;
      },
    },
    handlers,
  );
  return { bridge, posted, says: (message: unknown) => receive(message) };
}

test('a request resolves to its own response, whatever the order', async () => {
  const { bridge, posted, says } = bridged();
  const first = bridge.request('tools/call', { name: 'a' });
  const second = bridge.request('tools/call', { name: 'b' });
  expect(posted).toEqual([
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a' } },
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'b' } },
  ]);
  says({ jsonrpc: '2.0', id: 2, result: 'of b' });
  says({ jsonrpc: '2.0', id: 1, result: 'of a' });
  expect(await Promise.all([first, second])).toEqual(['of a', 'of b']);
});

test('an error of the host is thrown with its code', async () => {
  const { bridge, says } = bridged();
  const request = bridge.request('ui/initialize', {});
  says({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'denied' } });
  const error = await request.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BridgeError);
  expect(error).toMatchObject({ code: -32000, message: 'denied' });
});

test.each([{ error: null }, { error: 'no' }, { error: {} }])(
  'an error of any shape is an error: %o',
  async (response) => {
    const { bridge, says } = bridged();
    const request = bridge.request('ping', {});
    says({ jsonrpc: '2.0', id: 1, ...response });
    await expect(request).rejects.toMatchObject({ code: -32603 });
  },
);

test('notifications have no id, and reach their handlers', () => {
  const heard: Fields[] = [];
  const { bridge, posted, says } = bridged({
    'ui/notifications/tool-input': (params) => heard.push(params),
  });
  bridge.notify('ui/notifications/initialized', {});
  expect(posted).toEqual([{ jsonrpc: '2.0', method: 'ui/notifications/initialized', params: {} }]);
  says({ jsonrpc: '2.0', method: 'ui/notifications/tool-input', params: { arguments: {} } });
  says({ jsonrpc: '2.0', method: 'ui/notifications/unknown', params: {} });
  says({ jsonrpc: '2.0', method: 'constructor' });
  expect(heard).toEqual([{ arguments: {} }]);
  expect(posted).toHaveLength(1);
});

test('every request of the host is answered, also an unknown one', () => {
  const { posted, says } = bridged({ ping: () => ({}) });
  says({ jsonrpc: '2.0', id: 'p', method: 'ping' });
  says({ jsonrpc: '2.0', id: 0, method: 'tools/list', params: {} });
  says({ jsonrpc: '2.0', id: 7, method: 'toString' });
  expect(posted).toEqual([
    { jsonrpc: '2.0', id: 'p', result: {} },
    { jsonrpc: '2.0', id: 0, error: { code: -32601, message: 'Unknown method tools/list' } },
    { jsonrpc: '2.0', id: 7, error: { code: -32601, message: 'Unknown method toString' } },
  ]);
});

test.each([
  null,
  'text',
  7,
  [],
  {},
  { id: 1, result: 1 },
  { jsonrpc: '1.0', id: 1, result: 1 },
  { jsonrpc: '2.0' },
  { jsonrpc: '2.0', id: 99, result: 1 },
  { jsonrpc: '2.0', id: '1', result: 1 },
])('what is not a message for it is ignored: %o', async (message) => {
  const { bridge, posted, says } = bridged();
  const request = bridge.request('ping', {});
  says(message);
  says({ jsonrpc: '2.0', id: 1, result: 'the answer' });
  says({ jsonrpc: '2.0', id: 1, result: 'once more' });
  expect(await request).toBe('the answer');
  expect(posted).toHaveLength(1);
});
