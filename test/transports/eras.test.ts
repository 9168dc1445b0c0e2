import { expect, test } from 'vitest';
import { Connection } from '../../src/mcp/connection.ts';
import { Eras } from '../../src/transports/eras.ts';
import { Changes } from '../support/changes.ts';
import { envelope } from '../support/modern.ts';

test("what can't be opened fails the requests that need it, and no notification", async () => {
  const written: unknown[] = [];
  const changes = new Changes();
  const wire = {
    open() {},
    async write(text: string) {
      written.push(JSON.parse(text));
      changes.happened();
    },
    close() {},
  };
  const log: string[] = [];
  const connection = new Connection(wire, (_, message) => log.push(message));
  const eras = new Eras(connection, () => {
    throw new Error('the server is stopping');
  });
  await eras.start();
  const cancelled = { method: 'notifications/cancelled', params: { requestId: 1 } };
  connection.receive(JSON.stringify({ jsonrpc: '2.0', ...cancelled }));
  const params = { _meta: envelope() };
  connection.receive(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list', params }));
  connection.receive(JSON.stringify({ jsonrpc: '2.0', ...cancelled }));
  await changes.until(() => written[0]);
  await connection.answered();
  expect(written).toMatchObject([{ id: 2, error: { code: -32_603 } }]);
  expect(log).toContain('message not handled');
});
