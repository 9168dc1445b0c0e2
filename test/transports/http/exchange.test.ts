import { once } from 'node:events';
import { CallToolRequestSchema, type Result } from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import { serverInfo } from '../../../src/mcp/server-info.ts';
import { noBus } from '../../../src/replicas/bus.ts';
import { Exchange, type Visitor } from '../../../src/transports/http/exchange.ts';
import { SessionSeals } from '../../../src/transports/http/session-seals.ts';
import { UnderWay } from '../../../src/transports/http/under-way.ts';
import { Checkpoint } from '../../support/holding-server.ts';
import { listen } from '../../support/listen.ts';
import { modernRequest } from '../../support/modern.ts';

/** Less than until the first comment of a stream, at which it would be noticed anyway. */
const timeout = 10_000;

test('a call whose client was gone before it began is abandoned at once', { timeout }, async () => {
  let abandoned = false;
  let abandon = () => {};
  const result = new Promise<Result>((resolve) => {
    abandon = () => {
      abandoned = true;
      resolve({ content: [] });
    };
  });
  const visitor: Visitor = {
    caller: 'ann',
    open: (createServerOf) => ({
      server: createServerOf({
        info: serverInfo,
        instructions: '',
        capabilities: [
          {
            declares: { tools: {} },
            register: (table) => table.setRequestHandler(CallToolRequestSchema, () => result),
          },
        ],
        onClose: () => {},
        log: () => {},
      }),
      abandon: () => abandon(),
      idle: async () => {
        await result;
      },
    }),
    refusalOf: () => undefined,
  };
  const seals = new SessionSeals({ keys: [], now: () => 0, randomBytes: (n) => new Uint8Array(n) });
  const exchange = new Exchange({ seals, underWay: new UnderWay(noBus, () => '') });
  const { message, headers } = modernRequest({ method: 'tools/call', params: { name: 'a' } });
  const answered = new Checkpoint();
  const url = await listen(async (request, response) => {
    response.destroy();
    await once(response, 'close');
    await exchange.answer(request, response, JSON.stringify(message), visitor);
    void answered.pass();
  });
  await expect(fetch(url, { method: 'POST', headers })).rejects.toThrow('fetch failed');
  await answered.reached;
  expect(abandoned).toBe(true);
});
