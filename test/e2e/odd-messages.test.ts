import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { RawProgram } from '../support/program.ts';

/*
 * Messages as no schema has them, to the built program: whatever could be a request is answered.
 */

const answerSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]).optional(),
  result: z.looseObject({}).optional(),
  error: z
    .strictObject({
      code: z.number(),
      message: z.string(),
      data: z.strictObject({ uri: z.string().max(500) }).optional(),
    })
    .optional(),
});
const batchSchema = z.array(answerSchema);

let program: RawProgram;
let last = 0;

beforeAll(async () => {
  program = await started('2025-06-18');
});
afterAll(() => program.child.kill());

async function started(protocolVersion: string): Promise<RawProgram> {
  const raw = new RawProgram(['--sandbox', '--log-level', 'error']);
  const clientInfo = { name: 'test', version: '0' };
  raw.send({
    id: 'init',
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo },
  });
  await raw.until(() => raw.stdout.includes('\n') || undefined);
  return raw;
}

/** The lines that come back for some that go in; a ping behind them shows that no more will. */
async function linesFor(raw: RawProgram, text: string | Buffer): Promise<string[]> {
  const from = raw.stdout.length;
  last += 1;
  const end = `"id":"end-${last}"`;
  raw.child.stdin.write(text);
  raw.child.stdin.write(`\n{"jsonrpc":"2.0",${end},"method":"ping"}\n`);
  await raw.until(() => raw.stdout.slice(from).includes(end) || undefined);
  const lines = raw.stdout.slice(from).split('\n').filter(Boolean);
  return lines.filter((line) => !line.includes(end));
}

async function answersTo(text: string | Buffer) {
  return (await linesFor(program, text)).map((line) => answerSchema.parse(JSON.parse(line)));
}

const ping = { jsonrpc: '2.0', method: 'ping' };

describe('a request that is not in form gets one sentence', () => {
  const initialize = { ...ping, method: 'initialize' };
  const call = (params: unknown) => ({ ...ping, method: 'tools/call', params });

  test.each<[string, object, number]>([
    ['params null', { ...ping, params: null }, -32_602],
    ['params an array', { ...ping, params: [] }, -32_602],
    ['params a text', { ...ping, params: 'x' }, -32_602],
    ['_meta null', { ...ping, params: { _meta: null } }, -32_602],
    ['_meta an array', { ...ping, params: { _meta: [] } }, -32_602],
    ['progressToken null', { ...ping, params: { _meta: { progressToken: null } } }, -32_602],
    ['progressToken a fraction', { ...ping, params: { _meta: { progressToken: 1.5 } } }, -32_602],
    ['no jsonrpc', { method: 'ping' }, -32_602],
    ['jsonrpc 1.0', { ...ping, jsonrpc: '1.0' }, -32_602],
    ['an unknown member', { ...ping, more: 1 }, -32_602],
    ['no method', { jsonrpc: '2.0' }, -32_600],
    ['a method that is not a string', { ...ping, method: 7 }, -32_600],
    ['an unknown method', { ...ping, method: 'server/discover' }, -32_601],
    ['initialize without params', initialize, -32_602],
    ['initialize without a version', { ...initialize, params: { capabilities: {} } }, -32_602],
    ['a call without params', { ...ping, method: 'tools/call' }, -32_602],
    ['a call without a name', call({ arguments: {} }), -32_602],
    ['a call with arguments that are none', call({ name: 'get_audience', arguments: [] }), -32_602],
    ['a call of an unknown tool', call({ name: 'get_audiences' }), -32_602],
    ['an unknown resource', { ...ping, method: 'resources/read', params: { uri: 'x:y' } }, -32_002],
    ['a resource without a URI', { ...ping, method: 'resources/read', params: {} }, -32_602],
    ...['tools/list', 'resources/list', 'resources/templates/list'].map(
      (method): [string, object, number] => [
        `a cursor of ${method}`,
        { ...ping, method, params: { cursor: 'bogus' } },
        -32_602,
      ],
    ),
  ])('%s', async (name, message, code) => {
    const id = `odd ${name}`;
    const [answer, ...more] = await answersTo(JSON.stringify({ ...message, id }));
    expect(more).toEqual([]);
    expect(answer).toMatchObject({ id, error: { code } });
    expect(answer?.error?.message).toMatch(/^[^[{\n]{5,250}$/);
    expect(answer?.error?.message).not.toMatch(/MCP error|Invalid input/);
  });
});

describe.each(['tools/list', 'resources/list', 'resources/templates/list'])('%s', (method) => {
  test.each([
    ['null', { cursor: null }],
    ['an empty text', { cursor: '' }],
    ['null, with a token', { cursor: null, _meta: { progressToken: 1 } }],
  ])('answers with its first page where the cursor is %s', async (name, params) => {
    const id = `${method} ${name}`;
    const [plain] = await answersTo(JSON.stringify({ ...ping, id, method }));
    const [answer] = await answersTo(JSON.stringify({ ...ping, id, method, params }));
    expect(answer?.error).toBeUndefined();
    expect(answer).toEqual(plain);
  });
});

describe('what has no id to be answered with', () => {
  test.each([
    ['broken JSON', '{"jsonrpc":"2.0","id":1,', [-32_700]],
    ['two objects on a line', JSON.stringify(ping) + JSON.stringify(ping), [-32_700]],
    ['a text', '"ping"', [-32_600]],
    ['a batch in a version without', JSON.stringify([{ ...ping, id: 'batched' }]), [-32_600]],
    ['an id that is null', JSON.stringify({ ...ping, id: null }), [-32_600]],
    ['an id that is a fraction', JSON.stringify({ ...ping, id: 1.5 }), [-32_600]],
    ['an empty object', '{}', [-32_600]],
    ['a notification that is not in form', '{"method":"notifications/x","params":null}', []],
    ['a response to nothing', '{"jsonrpc":"2.0","id":77,"result":{}}', []],
    ['an error without an id', '{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"}}', []],
    ['blank lines', ' \n\r\n\ufeff\n', []],
    ['a deep response', `{"id":78,"result":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}`, []],
  ])('%s', async (_, text, codes) => {
    const answers = await answersTo(text);
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual(
      codes.map((code) => [undefined, code]),
    );
  });
});

test('a byte order mark is skipped', async () => {
  const answers = await answersTo(`\ufeff${JSON.stringify({ ...ping, id: 'marked' })}`);
  expect(answers).toEqual([{ jsonrpc: '2.0', id: 'marked', result: {} }]);
});

test('an id in use is refused without it', async () => {
  const call = { name: 'list_audiences', arguments: {} };
  const request = JSON.stringify({ ...ping, id: 'twice', method: 'tools/call', params: call });
  const first = answersTo(`${request}\n${request}`);
  await program.answer('twice');
  const answers = await first;
  expect(answers.filter(({ id }) => id === undefined)).toMatchObject([
    { error: { code: -32_600 } },
  ]);
});

test('a call that asks for a task is an ordinary call', async () => {
  const params = {
    name: 'check_audience_query',
    arguments: { query: "trait('plan') = 'vip'" },
    task: { ttl: 1000 },
    _meta: { 'io.modelcontextprotocol/related-task': { taskId: 't' } },
  };
  program.send({ id: 'task', method: 'tools/call', params });
  expect(await program.answer('task')).toMatchObject({
    result: { structuredContent: { valid: true } },
  });
});

test('null arguments count as none', async () => {
  const params = { name: 'list_audiences', arguments: null };
  program.send({ id: 'null', method: 'tools/call', params });
  expect(await program.answer('null')).toMatchObject({
    result: { structuredContent: { audiences: expect.any(Array) } },
  });
});

test('the list of resource templates has one page', async () => {
  program.send({ id: 'templates', method: 'resources/templates/list' });
  expect(await program.answer('templates')).toMatchObject({
    result: { resourceTemplates: expect.any(Array) },
  });
});

describe('a message of more than 8 MiB is refused', () => {
  const padding = 'x'.repeat(8 * 1024 * 1024);

  test.each([
    [
      'with the id that stands at its start',
      `{"id":"big","method":"ping","params":"${padding}"}`,
      ['big'],
    ],
    [
      'without the one at its end',
      `{"params":"${padding}","id":"big","method":"ping"}`,
      [undefined],
    ],
    ['not if it is a response', `{"id":5,"result":{"a":"${padding}"}}`, []],
  ])('%s', async (_, text, ids) => {
    const answers = await answersTo(text);
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual(
      ids.map((id) => [id, -32_600]),
    );
  });
});

describe('a batch under 2025-03-26', () => {
  let batching: RawProgram;
  beforeAll(async () => {
    batching = await started('2025-03-26');
  });
  afterAll(() => batching.child.kill());

  test('gets its answers in one array', async () => {
    const call = { name: 'list_audiences', arguments: { count: 1 } };
    const batch = [
      { ...ping, id: 1 },
      { ...ping, method: 'notifications/initialized' },
      { ...ping, id: 2, method: 'tools/call', params: call },
      { ...ping, id: 3, method: 'nope' },
      { ...ping, id: 1 },
      { ...ping, id: 4, params: null },
      7,
    ];
    const from = batching.stdout.length;
    batching.child.stdin.write(`${JSON.stringify(batch)}\n`);
    const line = await batching.until(() => /\[.*\]\n/.exec(batching.stdout.slice(from))?.[0]);
    expect(batching.stdout.slice(from)).toBe(line);
    const answers = batchSchema.parse(JSON.parse(line));
    const ids = answers.map(({ id, error }) => `${id} ${error?.code}`);
    expect(ids.toSorted()).toEqual(
      [
        ...['1 undefined', '2 undefined', '3 -32601', '4 -32602'],
        ...['undefined -32600', 'undefined -32600'],
      ].toSorted(),
    );
  });

  test.each<[string, object[], number]>([
    ['is refused if it is empty', [], 1],
    ['is refused if it has more than 100', Array(101).fill({ ...ping, id: 'a' }), 1],
    ['is refused if it initializes', [{ ...ping, id: 'b', method: 'initialize' }], 1],
    ['of notifications gets no answer', [{ ...ping, method: 'notifications/x' }], 0],
  ])('%s', async (_, batch, count) => {
    const lines = await linesFor(batching, JSON.stringify(batch));
    expect(lines).toHaveLength(count);
    for (const line of lines) {
      const answer = answerSchema.parse(JSON.parse(line));
      expect([answer.id, answer.error?.code]).toEqual([undefined, -32_600]);
    }
  });
});
