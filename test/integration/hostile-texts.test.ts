import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createLog } from '../../src/log.ts';
import { auditFile } from '../../src/safety/audit-file.ts';
import { AuditLog } from '../../src/safety/audit-log.ts';
import { RefusedError } from '../../src/segment/errors.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { keyOf } from '../../src/segment/names.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { cut } from '../../src/text/visible.ts';
import { tools } from '../../src/tools/registry.ts';
import { hostile, stringsIn, triedAt, unseenIn, writableName } from '../support/hostile.ts';
import {
  type CallError,
  call,
  expectPlain,
  expectSeen,
  labelsOf,
  literal,
  plainQuery,
  spaceId,
  written,
  yes,
} from '../support/hostile-calls.ts';
import { type Answering, audience, connect, fakeApi } from '../support/in-memory.ts';

/*
 * What strangers wrote goes through every tool: data comes out just as it is, and in what is said to
 * a model or a person nothing is hidden, and nothing passes for the server's own words.
 */

describe.each(hostile)('%s', (title, text) => {
  const isTried = triedAt(title);
  const stored = written(text);
  const { definition } = stored;
  const query = definition?.query ?? '';
  // A description that is too long is shown in part.
  const shownText = cut(text, 2000);
  const isLong = text.length > 2000;
  const shownStored = isLong ? { id: stored.id } : stored;
  /** As the response to a write shows it, as far as it is not too long to be shown. */
  const answered = (sent: Partial<Audience>, newQuery: string) =>
    isLong ? {} : { ...stored, ...sent, definition: { ...definition, query: newQuery } };

  test.runIf(isTried(2))('is read as it is', async () => {
    const client = await connect(fakeApi({ audience: stored }).api);
    const { data } = await call(client, 'get_audience', { spaceId, id: 'a', fullText: true });
    expect(data.audience).toEqual(stored);
    const raw = written(text, { definition: { query: text, type: text }, status: text });
    const other = await connect(fakeApi({ audience: raw }).api);
    const { data: odd } = await call(other, 'get_audience', { spaceId, id: 'a', fullText: true });
    expect(odd.audience).toEqual(raw);
  });

  test.runIf(isTried(3))('is listed as it is', async () => {
    const pagination = { next: text };
    const page = { audiences: [stored, stored], pagination };
    const client = await connect(fakeApi({ page }).api);
    const { data } = await call(client, 'list_audiences', { spaceId, cursor: text });
    // A large page has fewer columns.
    const row = { id: 'aud_1', name: shownText, ...(text.length < 1000 && { key: text }) };
    expect(data).toMatchObject({ audiences: [row, row], pagination });
  });

  test.runIf(isTried(0))('is found as it is', async () => {
    const page = { audiences: [stored, written(text, { id: 'aud_2' })], pagination: {} };
    const client = await connect(fakeApi({ page }).api);
    const args = { spaceId, text, event: text, audienceKey: text, createdBy: 'x', status: text };
    for (const [field, value] of Object.entries(args)) {
      const { error } = await call(client, 'find_audiences', { spaceId, [field]: value });
      // An empty string can't be looked for.
      expect(error?.code ?? 'invalid_input').toBe('invalid_input');
    }
    const { data } = await call(client, 'find_audiences', { spaceId });
    const shownName = cut(text, 255);
    expect(data).toMatchObject({ matches: 2, audiences: [{ name: shownName }, { id: 'aud_2' }] });
  });

  test.runIf(isTried(1))(
    'is shown as it is where an audience is sent, and in the spaces',
    async () => {
      const connection = {
        id: text,
        destinationId: text,
        name: text,
        metadata: { name: text, slug: text },
        enabled: true,
        settings: { secret: 'never shown' },
      };
      const activation = {
        id: text,
        connectionId: text,
        activationName: text,
        activationType: text,
      };
      const more = {
        connections: [connection],
        activations: [activation],
        spaces: [{ id: text, name: text, slug: text }],
      };
      const client = await connect(fakeApi({ audience: stored, more }).api);
      const shownName = cut(text, 300);
      const sent = await call(client, 'list_audience_destinations', { spaceId, id: 'aud_1' });
      expect(sent.data).toMatchObject({ destinations: [{ name: shownName, product: shownName }] });
      expect(JSON.stringify(sent.data)).not.toContain('never shown');
      const spaces = await call(client, 'list_spaces', {});
      expect(spaces.data).toMatchObject({ spaces: [{ name: shownName }] });
      const include = ['destinations', 'usedBy', 'schedules'];
      const read = await call(client, 'get_audience', { spaceId, id: 'aud_1', include });
      expect(read.data).toMatchObject({ destinations: [{ name: shownName }] });

      const asked: string[] = [];
      const asking = await connect(fakeApi({ audience: stored, more }).api, {
        confirm: 'remove',
        answering(question) {
          asked.push(question);
          return { ...yes };
        },
      });
      await call(asking, 'remove_audience_from_space', { spaceId, id: 'aud_1' });
      await call(asking, 'remove_audience_from_space', { spaceId, id: 'aud_1', dryRun: true });
      expect(asked).toHaveLength(1);
      expectSeen(asked);
      for (const question of asked) {
        expectPlain(question);
        expect(question.split('\n').filter((line) => line.startsWith('- Sent to: '))).toHaveLength(
          1,
        );
      }
    },
  );

  test.runIf(isTried(2))('is checked and explained without hiding anything', async () => {
    const client = await connect(fakeApi({}).api);
    const traitName = `trait(${literal(text)}) = ${literal(text)}`;
    const reversed = `${literal(text)} = trait('x')`;
    for (const given of [text, query, traitName, reversed, `${query} AND ${text}`, `@ ${text}`]) {
      for (const type of ['users', 'accounts', 'linked']) {
        const { data, error } = await call(client, 'check_audience_query', { query: given, type });
        expect(error).toBeUndefined();
        const { diagnostics } = z
          .object({ diagnostics: z.array(z.object({ message: z.string(), help: z.unknown() })) })
          .parse(data);
        const said = stringsIn(diagnostics.map(({ message, help }) => [message, help]));
        expectSeen(said);
        expect(said.filter((line) => line.includes('\n'))).toEqual([]);
      }
    }
    const { data } = await call(client, 'check_audience_query', { query });
    const event = literal(text).slice(1, -1);
    if (event !== '') expect(data.references).toMatchObject({ events: [event] });
    expect(data.explanation ?? '').not.toContain('\n');
  });

  test.runIf(isTried(3))(
    'is marked in a wrong definition, and forges no line of that',
    async () => {
      const client = await connect(fakeApi({}).api);
      for (const given of [
        ...[text, `@ ${text}`, `${query} AND @`, `${query} AND ${text} = 1`],
        `${literal(text)} = trait('x')`,
      ]) {
        const args = { spaceId, name: 'N', query: given };
        const { error } = await call(client, 'create_audience', args);
        for (const line of error?.message.split('\n') ?? []) {
          expect(line).toMatch(/^(error\[[a-z-]+\]: |\d+ \| | +\| +\^+$| += )/);
        }
      }
    },
  );

  test.runIf(isTried(0))('is refused as input in words that hide nothing', async () => {
    const client = await connect(fakeApi({ audience: stored }).api);
    for (const { name: tool } of tools) {
      // zod drops a key of this name, so that it does no harm.
      const key = text === '__proto__' ? 'prototype' : text;
      const keys = { [key]: text };
      for (const args of [keys, { id: [text], name: 7, query: { [text]: text }, type: text }]) {
        const { error } = await call(client, tool, { spaceId, ...args });
        expect(error?.code).toBe('invalid_input');
        expect(error?.message).not.toContain('\n');
      }
    }
    const refusal: unknown = await call(client, text, {}).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: -32_602 });
    expect(unseenIn(String(refusal))).toEqual([]);
  });

  test.runIf(isTried(1))(
    'is sent as it is and comes back as it is, wherever it may stand in a call',
    async () => {
      const { api, asked } = fakeApi({ audience: stored });
      const client = await connect(api, { queryCheck: 'warn' });
      const more = { description: text, allowDuplicateName: true };
      const name = writableName(text);
      const named = { spaceId, name, query: plainQuery, ...more };
      const created = await call(client, 'create_audience', named);
      if (name.length > 255) expect(created.error?.code).toBe('invalid_input');
      else {
        const id = expect.stringMatching(/^new_/);
        expect(created.data).toMatchObject({ audience: { ...answered({ name }, plainQuery), id } });
        expect(asked.at(-1)?.[1]).toMatchObject({ name, description: text });
      }
      const update = { spaceId, id: 'aud_1', query: text, description: text };
      const updated = await call(client, 'update_audience_for_space', update);
      expect(updated.data).toMatchObject({ audience: { ...answered({}, text), id: 'aud_1' } });
      expect(asked.at(-1)?.[1]).toMatchObject({ description: text, query: text });
      const removed = await call(client, 'remove_audience_from_space', { spaceId, id: 'aud_1' });
      expect(removed.data).toMatchObject({ audience: stored });
    },
  );

  const name = writableName(text);
  // A name without letters makes no key, which then has no line.
  const plainName = keyOf(name) === undefined ? '…' : 'N';
  const writes = [
    ['create_audience', { spaceId, name, query, description: text, allowDuplicateName: true }],
    ['update_audience_for_space', { spaceId, id: 'aud_1', name, description: `${text}!` }],
    ['update_audience_for_space', { spaceId, id: 'aud_1', query: `${query} OR ${query}` }],
    ['remove_audience_from_space', { spaceId, id: 'aud_1' }],
  ] as const;
  /** The same with nothing hostile in it, whose question has the same lines. */
  const harmless = [
    ['create_audience', { ...writes[0][1], name: plainName, description: 'D', query: plainQuery }],
    ['update_audience_for_space', { spaceId, id: 'aud_1', name: 'N', description: 'D' }],
    [
      'update_audience_for_space',
      { spaceId, id: 'aud_1', query: `${plainQuery} OR ${plainQuery}` },
    ],
    writes[3],
  ] as const;
  const stranger = written(text, {
    id: 'aud_2',
    // Not of the same name or key: that would be a duplicate, of which a question says so.
    name: `${text}?`,
    key: `${text}?`,
    definition: { query: `trait('it') = 'true' AND ${query}`, type: 'users' },
  });
  const page = { audiences: [stranger], pagination: {} };
  const [before, plain] = [
    written(text, { key: 'it', name: `${text}?`, description: text }),
    audience({ key: 'it', description: 'Before' }),
  ];

  test.runIf(isTried(2))('forges no line of the question that a user is asked', async () => {
    const ask = async (shown: Audience, calls: typeof writes | typeof harmless) => {
      const questions: string[] = [];
      const answering: Answering = (question) => {
        questions.push(question);
        return { ...yes };
      };
      const { api } = fakeApi({ audience: shown, page });
      const client = await connect(api, { confirm: 'writes', queryCheck: 'off', answering });
      for (const [tool, args] of calls) {
        expect((await call(client, tool, args)).error).toBeUndefined();
      }
      return questions;
    };
    const questions = await ask(before, writes);
    expectSeen(questions);
    for (const question of questions) expectPlain(question);
    expect(questions.map(labelsOf)).toEqual((await ask(plain, harmless)).map(labelsOf));
    for (const question of questions) expect(question.split('\n').at(-1)).toBe('Do you agree?');
  });

  test.runIf(isTried(3))('forges no line of the question in two steps', async () => {
    const ask = async (shown: Audience, calls: typeof writes | typeof harmless) => {
      const { api } = fakeApi({ audience: shown, page });
      const client = await connect(api, { confirm: 'writes', queryCheck: 'off' });
      const messages: string[] = [];
      for (const [tool, args] of calls) {
        const { error } = await call(client, tool, args);
        expect(error?.code).toBe('confirmation_required');
        messages.push(error?.message ?? '');
        const { confirmation } = z.object({ confirmation: z.string() }).parse(error?.details);
        expect((await call(client, tool, { ...args, confirmation })).error).toBeUndefined();
      }
      return messages;
    };
    const messages = await ask(before, writes);
    for (const message of messages) expectPlain(message);
    expect(messages.map(labelsOf)).toEqual((await ask(plain, harmless)).map(labelsOf));
  });

  test.runIf(isTried(0))('is rehearsed as it is', async () => {
    const { api } = fakeApi({ audience: stored });
    const client = await connect(api, { confirm: 'writes', queryCheck: 'off' });
    const [create, update] = writes;
    const made = await call(client, create[0], { ...create[1], dryRun: true });
    const shown = { name, description: shownText };
    expect(made.data).toMatchObject({
      dryRun: {
        request: { body: { name, description: text, query } },
        after: { ...shown, definition: { query } },
      },
    });
    const changed = await call(client, update[0], { ...update[1], dryRun: true });
    expect(changed.data).toMatchObject({ dryRun: { before: shownStored, after: { name } } });
  });

  test.runIf(isTried(1))(
    'is on one line in errors about a duplicate, about a change and by Segment',
    async () => {
      const told: (CallError | undefined)[] = [];
      const sameName = { audiences: [{ ...stored, name }], pagination: {} };
      const client = await connect(fakeApi({ audience: stored, page: sameName }).api);
      const duplicate = await call(client, 'create_audience', { spaceId, name, query: plainQuery });
      expect(duplicate.error?.code).toBe('duplicate');
      expect(duplicate.error?.details).toMatchObject({
        audience: { name, description: shownText },
      });
      told.push(duplicate.error);

      let now = audience();
      const changing = await connect(fakeApi({ audience: async () => now }).api);
      await call(changing, 'get_audience', { spaceId, id: 'aud_1' });
      now = written(text, { updatedAt: '2026-02-01T00:00:00.000Z' });
      const expectedUpdatedAt = audience().updatedAt;
      const update = { spaceId, id: 'aud_1', name: 'N', expectedUpdatedAt };
      const stale = await call(changing, 'update_audience_for_space', update);
      expect(stale.error?.code).toBe('stale');
      expect(stale.error?.details).toMatchObject({
        audience: text.length > 2000 ? { id: 'aud_1' } : { name: text },
      });
      const odd = { ...update, expectedUpdatedAt: text };
      told.push(stale.error, (await call(changing, 'update_audience_for_space', odd)).error);

      for (const error of told) expect(error?.message).not.toContain('\n');
    },
  );

  test.runIf(isTried(2))('is shown in errors from below without hiding anything', async () => {
    const next = `look at ${text}`.replaceAll('\n', ' ');
    for (const error of [
      new RefusedError('validation_failed', `name: ${text}`, { next, field: text }),
      new Error(text),
    ]) {
      const client = await connect(fakeApi({ audience: () => Promise.reject(error) }).api);
      const failed = await call(client, 'get_audience', { spaceId, id: 'a' });
      expect(failed.error).toBeDefined();
    }
  });

  test.runIf(isTried(3))(
    'is one line, with nothing invisible, in the log and in the audit log',
    async () => {
      const lines: string[] = [];
      const redactor = createRedactor([]);
      const log = createLog('debug', redactor, Date.now, (line) => lines.push(line));
      const file = join(folder, `${files}.jsonl`);
      files += 1;
      const auditLog = new AuditLog(auditFile(file), redactor, Date.now, randomBytes);
      const { api } = fakeApi({ audience: stored });
      const client = await connect(api, { log, auditLog, queryCheck: 'off' });
      for (const [tool, args] of writes) await call(client, tool, args);
      const empty = { audiences: [], pagination: {} };
      const failing = fakeApi({ audience: () => Promise.reject(new Error(text)), page: empty });
      const other = await connect(failing.api, { log, auditLog, queryCheck: 'off' });
      await call(other, 'create_audience', writes[0][1]);
      await expect(call(other, text, {})).rejects.toThrow('Unknown tool');

      const audit = readFileSync(file, 'utf8');
      for (const line of [...lines, ...audit.split(/(?<=\n)/)]) {
        expect(line).toMatch(/^\{[^\n]*\}\n$/);
        expect(unseenIn(line)).toEqual([]);
      }
      const entries = audit
        .trimEnd()
        .split('\n')
        .map((line) => z.looseObject({ outcome: z.string() }).parse(JSON.parse(line)))
        .filter(({ outcome }) => outcome !== 'started');
      expect(entries).toMatchObject([
        { outcome: 'done', after: { ...stored, name, id: expect.stringMatching(/^new_/) } },
        { outcome: 'done', before: stored, after: { ...stored, name, description: `${text}!` } },
        {
          outcome: 'done',
          before: stored,
          after: { ...stored, definition: { ...definition, query: `${query} OR ${query}` } },
        },
        { outcome: 'done', before: stored, after: null },
        { error: { code: 'internal_error' } },
      ]);
    },
  );
});

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

describe('a question stays one that a person can read', () => {
  test('long text does not make it longer', async () => {
    const lengthFor = async (length: number) => {
      let asked = 0;
      const stored = written('x'.repeat(length), { key: 'x' });
      const page = { audiences: [stored], pagination: {} };
      const client = await connect(fakeApi({ audience: stored, page }).api, {
        confirm: 'remove',
        answering(question) {
          asked = question.length;
          return { action: 'decline' };
        },
      });
      await call(client, 'remove_audience_from_space', { spaceId, id: 'aud_1' });
      return asked;
    };
    // The lengths that it tells have a digit or two more.
    expect(await lengthFor(18_000)).toBeLessThan((await lengthFor(3000)) + 20);
  });
});

test('an unknown resource is named without hiding anything', async () => {
  const client = await connect(fakeApi({}).api);
  for (const [, text] of hostile) {
    const error = await client.readResource({ uri: text }).catch((reason: unknown) => reason);
    expectSeen(error instanceof Error ? error.message : undefined);
  }
});
