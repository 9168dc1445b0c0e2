import { expect, test } from 'vitest';
import * as z from 'zod';
import { Connection } from '../../src/mcp/connection.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import { Changes } from '../support/changes.ts';
import { firstId, startStandIn } from '../support/stand-in.ts';

/*
 * The id of a cancelled request stays in use until its handler has ended: the SDK would cancel a second
 * request of that id in place of the first.
 */

const answerSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  error: z.object({ code: z.number() }).optional(),
});

const seeds = [{ name: 'Old', definition: { query: "trait('a') = 1", level: 'users' as const } }];

/** A session over lines of text. */
async function connect() {
  const rig = await startStandIn({ edition: 'v1', seeds, flags: { edition: 'v1' } });
  const answers: z.output<typeof answerSchema>[] = [];
  const changes = new Changes();
  const wire = {
    open: () => {},
    write: async (text: string) => {
      answers.push(answerSchema.parse(JSON.parse(text)));
      changes.happened();
    },
    close: () => {},
  };
  const connection = new Connection(wire, () => {});
  await rig.program.openSession(createMcpServer).server.connect(connection);
  const send = (message: object) =>
    connection.receive(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const call = (id: number, name: string) =>
    send({ id, method: 'tools/call', params: { name, arguments: { id: firstId } } });
  const cancel = (requestId: number) =>
    send({ method: 'notifications/cancelled', params: { requestId } });
  const answered = (id: number) => changes.until(() => answers.find((answer) => answer.id === id));
  const clientInfo = { name: 'test', version: '0' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  send({ id: 1, method: 'initialize', params });
  await answered(1);
  answers.splice(0);
  return { rig, answers, send, call, cancel, answered };
}

test('a cancelled removal is not carried out where its id is used again at once', async () => {
  const { rig, answers, call, cancel, answered } = await connect();
  call(40, 'remove_audience_from_space');
  cancel(40);
  call(40, 'get_audience');
  expect(answers).toMatchObject([{ error: { code: -32_600 } }]);
  expect(answers[0]?.id).toBeUndefined();
  await rig.logged('cancelled');
  expect(rig.writes()).toEqual([]);

  call(41, 'get_audience');
  await answered(41);
  call(40, 'get_audience');
  expect((await answered(40)).error).toBeUndefined();
  expect(rig.writes()).toEqual([]);
});

test('a call is not cancelled in place of another request of its id', async () => {
  const { answers, send, call, cancel, answered } = await connect();
  send({ id: 50, method: 'tools/list' });
  cancel(50);
  call(50, 'get_audience');
  expect(answers).toMatchObject([{ error: { code: -32_600 } }]);
  send({ id: 51, method: 'ping' });
  await answered(51);
  await new Promise(setImmediate);
  call(50, 'get_audience');
  expect((await answered(50)).error).toBeUndefined();
});
