import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Fault, type Sandbox, type SandboxRequest, start } from '../../src/sandbox/start.ts';
import { cut } from '../../src/text/visible.ts';
import { hostile, unseenIn, writableName } from '../support/hostile.ts';
import { audience, jsonIn } from '../support/in-memory.ts';
import { plentyFlags } from '../support/plenty.ts';
import { environmentFor } from '../support/rig.ts';
import { recentPeople } from '../support/shared-people.ts';
import { Wire, type WireResult } from '../support/wire.ts';

/*
 * Hostile text on its way from Segment through the built program: every byte that comes out.
 */

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
const auditFile = join(folder, 'audit.jsonl');
let sandbox: Sandbox;
let wire: Wire;
let faults: (request: SandboxRequest) => Fault | undefined = () => undefined;

beforeAll(async () => {
  sandbox = await start({
    edition: 'v1alpha',
    people: recentPeople,
    faults: (request) => faults(request),
  });
  wire = new Wire(
    [
      ...['--confirm', 'writes', '--audit-log', auditFile, '--log-level', 'debug'],
      ...['--query-check', 'warn', ...plentyFlags],
    ],
    environmentFor(sandbox.url, 'spa_shop_staging'),
  );
  await wire.initialize();
});
afterAll(async () => {
  await wire.close();
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

const answered = (body: object, status = 200): Fault => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/vnd.segment.v1alpha+json' },
  body: JSON.stringify(body),
});

/** The JSON in the text of a result, which says the same as the structured content. */
function dataOf({ content, structuredContent, isError }: WireResult): unknown {
  const [{ text }] = content;
  const data: unknown = isError ? jsonIn(text) : JSON.parse(text);
  if (!isError) expect(structuredContent).toEqual(data);
  return data;
}
const errorSchema = z.object({ error: z.looseObject({ code: z.string(), message: z.string() }) });

/** How many audiences have been made: each has an id of its own. */
let made = 0;

test.each(hostile)('%s comes through as it is', async (_, text) => {
  const definition = {
    query: `event('${text.replace(/[\\']/g, '')}').count() >= 1`,
    type: 'users',
  };
  const spaceId = 'spa_shop_staging';
  const stored = audience({ spaceId, name: text, description: text, key: text, definition });
  // Segment returns what it was told to create, which has a name that is writable.
  made += 1;
  const created = { ...stored, id: `made_${made}`, name: writableName(text) };
  faults = ({ operation }) => {
    if (operation === 'list_audiences') {
      return answered({ data: { audiences: [{ ...stored, id: 'aud_2' }], pagination: {} } });
    }
    return answered({ data: { audience: operation === 'create_audience' ? created : stored } });
  };
  const id = 'aud_1';
  const read = await wire.callTool('get_audience', { id, fullText: true });
  expect(dataOf(read)).toMatchObject({ audience: stored });
  const listed = await wire.callTool('list_audiences', {});
  expect(dataOf(listed)).toMatchObject({ audiences: [{ id: 'aud_2', name: cut(text, 2000) }] });
  // What is too long is shown in part where the whole is not asked for.
  const asShown = (whole: { id: string }) => (text.length > 2000 ? { id: whole.id } : whole);
  dataOf(await wire.callTool('check_audience_query', { query: text }));
  const args = { name: created.name, query: definition.query, description: text };
  const duplicate = await wire.callTool('create_audience', { ...args, dryRun: true });
  const answer = await wire.callTool('create_audience', { ...args, allowDuplicateName: true });
  expect(dataOf(answer)).toMatchObject({ audience: asShown(created) });
  if (args.name === text.trim()) {
    expect(dataOf(duplicate)).toMatchObject({ error: { code: 'duplicate' } });
  }
  const changed = await wire.callTool('update_audience_for_space', { id, description: text });
  expect(dataOf(changed)).toMatchObject({ audience: asShown(stored) });
  await wire.callTool('get_audience', { [text]: text });
  // A tool of such a name is an error of the protocol, without a result.
  await expect(wire.callTool(text, { [text]: text })).rejects.toThrow();
});

test.each(hostile)('%s in an error of Segment stays on one line', async (_, text) => {
  faults = ({ method }) => {
    if (method === 'GET')
      return answered({ data: { audience: audience({ spaceId: 'spa_shop_staging' }) } });
    const message = `"${text}" is not allowed`;
    return answered({ errors: [{ type: text, message, field: text }, { type: text }] }, 422);
  };
  const args = { id: 'aud_1', name: 'N' };
  const result = await wire.callTool('update_audience_for_space', args);
  const { error } = errorSchema.parse(dataOf(result));
  expect(error).toMatchObject({ code: 'validation_failed', field: cut(text, 500) });
  expect(unseenIn(error.message)).toEqual([]);
  expect(error.message).not.toContain('\n');
});

test('every byte on stdout, on stderr and in the audit log can be seen', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const bytes of [
    Buffer.concat(wire.stdout),
    Buffer.concat(wire.stderr),
    readFileSync(auditFile),
  ]) {
    const text = decoder.decode(bytes);
    expect(unseenIn(text)).toEqual([]);
    const lines = text.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.length).toBeGreaterThan(hostile.length * 2);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  }
});

test('questions are lines of the server, each text within one of them', () => {
  expect(wire.questions.length).toBeGreaterThanOrEqual(hostile.length * 3);
  for (const question of wire.questions) {
    expect(unseenIn(question)).toEqual([]);
    for (const line of question.split('\n')) {
      expect(line).toMatch(
        /^$|^(Create|Change|Delete) the audience ".* in the space "|^(What changes|It will hold|In full|The audience as it is now):|^- [A-Z][a-z ]+: |^- (name|description): |^- (Its key can|Let the first|Its definition can|It will then be|It is too early|Its status is|This name is already taken)|^- Nothing: it already has these values\.$|^Do you agree\?$/,
      );
    }
  }
});

test.each([
  ['create_audience', { name: 'Deep', query: "event('A').count() >= 1" }],
  ['update_audience_for_space', { id: 'aud_000000011', name: 'Deep' }],
])('an answer to %s nested without end: the audit log never says not_done', async (tool, args) => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const body = `{"data":{"audience":${JSON.stringify(audience({ spaceId: 'spa_shop_staging' })).slice(0, -1)},"x":${deep}}}}`;
  faults = ({ method }) =>
    method === 'GET' ? undefined : { kind: 'answer', status: 200, body, applied: true };
  await wire.callTool(tool, args);
  const last = readFileSync(auditFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toMatchObject({ tool });
  expect(JSON.parse(last).outcome).toMatch(/^(done|unknown)$/);
});
