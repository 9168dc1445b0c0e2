import { describe, expect, test } from 'vitest';
import type { SegmentApi } from '../../src/segment/api.ts';
import { newest } from '../../src/segment/editions/editions.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { keyOf } from '../../src/segment/names.ts';
import { cut } from '../../src/text/visible.ts';
import { hostile, triedAt, writableName } from '../support/hostile.ts';
import {
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
import { audience, connect, fakeApi } from '../support/in-memory.ts';

/*
 * What strangers wrote, on its way through the tools for many audiences, copies, schedules, runs,
 * previews, names of the space and computed traits.
 */

interface Shown {
  /** The audience that all is about. */
  shown: Audience;
  page?: readonly Audience[];
  /** What the outputs of other operations hold. */
  more?: object;
}

/** The questions of calls, all of which are agreed to. */
async function questionsOf(
  { shown, page, more }: Shown,
  calls: readonly (readonly [tool: string, args: object])[],
): Promise<string[]> {
  const questions: string[] = [];
  const audiences = { audiences: [...(page ?? [shown])], pagination: {} };
  const { api } = fakeApi({ audience: shown, page: audiences, more });
  const client = await connect(api, {
    confirm: 'writes',
    queryCheck: 'off',
    answering(question) {
      questions.push(question);
      return { ...yes };
    },
  });
  for (const [tool, args] of calls) {
    expect((await call(client, tool, { spaceId, ...args })).error).toBeUndefined();
  }
  expect(questions).toHaveLength(calls.length);
  return questions;
}

/** Holds hostile questions to what a person can rely on, and to the lines of the same with harmless texts. */
function expectSameLines(questions: readonly string[], harmless: readonly string[]): void {
  expectSeen(questions);
  for (const question of questions) {
    expectPlain(question);
    expect(question.split('\n').at(-1)).toBe('Do you agree?');
  }
  expect(questions.map(labelsOf)).toEqual(harmless.map(labelsOf));
}

describe.each(hostile)('%s', (title, text) => {
  const isTried = triedAt(title);
  const query = `event(${literal(text)}).count() >= 1`;

  /** Three, of which one is built on another, and what they are connected to. */
  const many = (name: string) => {
    const definition = { query: `event(${literal(name)}).count() >= 1`, type: 'users' };
    const one = (id: string, key: string, more: Partial<Audience> = {}) =>
      written(name, { id, key, status: 'Live', definition, ...more });
    const builtOn = (key: string) => ({
      definition: { query: `trait('${key}') = 'true'`, type: 'users' },
    });
    const page = [
      one('aud_1', 'it'),
      one('aud_2', 'that', builtOn('circle')),
      one('aud_3', 'circle', builtOn('that')),
      one('aud_4', 'other', builtOn('it')),
      one('aud_5', 'off', { enabled: false }),
    ];
    const connection = { id: 'ii_1', destinationId: 'd', name, metadata: { name }, enabled: true };
    return { shown: audience(), page, more: { connections: [connection] } };
  };
  const ids = ['aud_1', 'aud_2', 'aud_3', 'aud_5'];
  // What was asked is looked at once more under its own id.
  const reading = (api: SegmentApi, page: readonly Audience[]): SegmentApi => ({
    ...api,
    async send(name, input, context) {
      if (name === 'get_audience' && 'id' in input) {
        const found = page.find(({ id }) => id === input.id);
        await context.lookLast?.(context);
        return newest.rows[name].output.parse({ audience: found });
      }
      return api.send(name, input, context);
    },
  });
  const bulk = async (name: string, action: string, missing: string) => {
    const { shown, page, more } = many(name);
    const questions: string[] = [];
    const { api } = fakeApi({ audience: shown, page: { audiences: page, pagination: {} }, more });
    const client = await connect(reading(api, page), {
      confirm: 'remove',
      answering(question) {
        questions.push(question);
        return { ...yes };
      },
    });
    const args = { spaceId, ids: [...ids, missing], action };
    const dry = await call(client, 'change_audiences', { ...args, dryRun: true });
    const done = await call(client, 'change_audiences', args);
    return { questions, dry, done };
  };

  test.runIf(isTried(0)).each(['remove', 'disable'])(
    'forges no line of the question of a change of many: %s',
    async (action) => {
      // Longer ones do not fit into what is kept of them.
      const told = text.slice(0, 2000);
      const missing = writableName(text).slice(0, 255).toWellFormed();
      const { questions, dry, done } = await bulk(told, action, missing);
      expect(done.error).toBeUndefined();
      expect(questions).toHaveLength(1);
      expectSameLines(questions, (await bulk('Plain', action, 'aud_missing')).questions);
      expectSeen(Object(dry.data.dryRun).question);
      const results = ids.map((id) => ({ id, name: cut(told, 80) }));
      expect(done.data.results).toMatchObject([...results, { id: missing, code: 'not_found' }]);
      const kept = { id: 'aud_1', name: told, description: told };
      const { removed } = done.data;
      if (action === 'remove') expect(removed).toContainEqual(expect.objectContaining(kept));
      else expect(removed).toBeUndefined();
    },
  );

  test.runIf(isTried(1))(
    'forges no line of the question of a copy, and is copied as it is',
    async () => {
      const name = writableName(text);
      const ask = (shown: Audience, args: object) =>
        questionsOf({ shown, page: [] }, [
          ['copy_audience', { id: 'aud_1', toSpaceId: 'spa_2', ...args }],
        ]);
      const stored = written(text, { key: 'it', name: text.trim() === '' ? 'x' : text });
      const plain = audience({
        key: 'it',
        description: 'D',
        definition: { query: plainQuery, type: 'users' },
      });
      const questions = await ask(stored, { name });
      // A name without letters makes no key, which then has no line.
      const harmless = await ask(plain, { name: keyOf(name) === undefined ? '…' : 'N' });
      expectSeen(questions);
      for (const question of questions) expectPlain(question);
      expect(new Set(questions.flatMap(labelsOf))).toEqual(new Set(harmless.flatMap(labelsOf)));
    },
  );

  test.runIf(isTried(2))(
    'is named on one line where it is not a string of a definition',
    async () => {
      const client = await connect(fakeApi({ audience: written(text) }).api);
      const args = { spaceId, id: 'aud_1', name: 'N', find: [`${text}?`], replaceWith: [text] };
      const { error } = await call(client, 'copy_audience', args);
      expect(error?.code).toBe('invalid_input');
      expect(error?.message).not.toContain('\n');
    },
  );

  test.runIf(isTried(3))(
    'is shown as it is in schedules, and forges no line of the questions about them',
    async () => {
      const schedules = (word: string) => [
        { id: word, strategy: word, config: { days: [1], hours: [7], timezone: word } },
        { id: 'sch_2', strategy: 'PERIODIC', config: { interval: word } },
      ];
      const ask = (word: string, shown: Audience) =>
        questionsOf(
          {
            shown,
            more: {
              audienceSchedules: schedules(word),
              audienceSchedule: schedules(word)[0],
              run: { id: word },
              status: 'SUCCESS',
            },
          },
          [
            ['set_audience_schedule', { id: 'aud_1', scheduleId: 'sch_2', interval: '1h' }],
            ['remove_audience_schedule', { id: 'aud_1', scheduleId: 'sch_2' }],
            ['run_audience', { id: 'aud_1' }],
          ],
        );
      const linked = { audienceType: 'LINKED', key: 'it', enabled: true } as const;
      const hostileOne = written(text, linked);
      expectSameLines(
        await ask(text, hostileOne),
        await ask('x', audience({ ...linked, description: 'D' })),
      );

      const more = { audienceSchedules: schedules(text) };
      const client = await connect(fakeApi({ audience: hostileOne, more }).api);
      const args = { spaceId, id: 'aud_1' };
      const { data } = await call(client, 'list_audience_schedules', args);
      if (text.length < 5000) expect(data.schedules).toMatchObject(schedules(text));
      const unclear = await call(client, 'set_audience_schedule', { ...args, interval: '1h' });
      expect(unclear.error).toMatchObject({ code: 'invalid_input', field: 'scheduleId' });
      expect(unclear.error?.message).not.toContain('\n');
    },
  );

  const trait = (word: string, more: object = {}) => ({
    ...{ id: 'ct_1', spaceId, name: word, description: word, key: word, enabled: true },
    ...{ status: 'Live', createdBy: word, updatedBy: word, definition: { query, type: 'USERS' } },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z', ...more },
  });

  test.runIf(isTried(0))('is read as it is in computed traits', async () => {
    const more = { computedTrait: trait(text), computedTraits: [trait(text)] };
    const client = await connect(fakeApi({ more }).api);
    const { data } = await call(client, 'get_computed_trait', { spaceId, id: 'ct_1' });
    if (text.length < 2000) expect(data.computedTrait).toEqual(trait(text));
    const listed = await call(client, 'list_computed_traits', { spaceId });
    expect(listed.data).toMatchObject({ computedTraits: [{ id: 'ct_1', name: cut(text, 2000) }] });
  });

  test.runIf(isTried(1))('forges no line of the questions about computed traits', async () => {
    const scalar = "event('Shoes Bought').count()";
    const ask = (word: string, name: string, more: object = {}) => {
      const stored = trait(word, { key: 'it', name: `${word}?`, ...more });
      const outputs = { computedTrait: stored, computedTraits: [stored], status: 'SUCCESS' };
      return questionsOf({ shown: audience(), more: outputs }, [
        [
          'update_computed_trait_for_space',
          { id: 'ct_1', name, description: `${word}!`, query: scalar },
        ],
        ['remove_computed_trait_from_space', { id: 'ct_1' }],
      ]);
    };
    const plain = { definition: { query: scalar, type: 'USERS' } };
    const questions = await ask(text, writableName(text), plain);
    expectSameLines(questions, await ask('D', 'N', plain));
  });

  /** A port that also shows a schema, in which everything is called like this. */
  const withSchema = (api: SegmentApi): SegmentApi => {
    const named = { name: text, type: text, lastSeenAt: text, samples: [text, { [text]: text }] };
    const lists = {
      events: [named],
      eventProperties: [{ ...named, type: 'PROPERTY' }],
      traits: [{ ...named, trait: text }],
      entityPaths: [{ id: text, relationshipSlugs: [text], entitySlug: text, entityName: text }],
      entityProperties: [{ ...named, dataType: text, primaryKey: true }],
      pagination: {},
    };
    return {
      ...api,
      async send(name, input, context) {
        const { feature, output } = newest.rows[name];
        return feature?.name === 'Space Schema'
          ? output.parse(lists)
          : api.send(name, input, context);
      },
    };
  };

  test.runIf(isTried(2))('is shown as it is among the names of the space', async () => {
    const client = await connect(withSchema(fakeApi({}).api));
    for (const args of [
      { kind: 'events' },
      { kind: 'properties', event: text },
      { kind: 'traits' },
      { kind: 'account_traits' },
      { kind: 'entities' },
      { kind: 'entity_properties', entity: text },
    ]) {
      const asked = { spaceId, samples: true, ...args };
      const { data, error } = await call(client, 'describe_space_schema', asked);
      expect(error).toBeUndefined();
      expect(data).toMatchObject({ names: [{ name: cut(text, 1000) }], source: 'space_schema' });
    }
  });

  test.runIf(isTried(3))('hides nothing in a warning about an unknown name', async () => {
    const client = await connect(
      withSchema(fakeApi({ page: { audiences: [], pagination: {} } }).api),
      {
        queryCheck: 'off',
      },
    );
    const near = literal(`${text}x`);
    for (const given of [`event(${near}).count() >= 1`, `trait(${near}) = ${literal(text)}`]) {
      const args = { spaceId, name: 'N', query: given, dryRun: true };
      const { data } = await call(client, 'create_audience', args);
      for (const line of [...Object(data.advice)]) expect(line).not.toContain('\n');
      const checked = { spaceId, query: given, checkNames: true };
      expectSeen((await call(client, 'check_audience_query', checked)).data.unknownNames);
    }
  });

  test.runIf(isTried(0))('hides nothing in the result of a preview', async () => {
    const preview = (status: string) => ({
      audiencePreview: {
        ...{ id: text, status, audienceType: 'USERS', definition: { query, targetEntity: text } },
        ...{ size: { type: text, count: 3 }, failureReason: text },
        results: [{ id: text }],
      },
    });
    for (const status of ['COMPLETED', 'FAILED', text]) {
      const { api } = fakeApi({ more: preview(status) });
      // One that is still running is not waited for.
      const client = await connect(api, { maxWaitMs: 0 });
      const args = { spaceId, previewId: 'pre_1', samples: true };
      const { data } = await call(client, 'preview_audience', args);
      if (status === 'COMPLETED') expect(data.sampleIds).toEqual([cut(text, 255)]);
      if (status === 'FAILED') expectSeen(data.failureReason);
    }
  });
});
