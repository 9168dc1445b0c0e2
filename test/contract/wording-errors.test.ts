import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import { asAudiencesError } from '../../src/mcp/result.ts';
import { UnlikeSentError } from '../../src/safety/as-sent.ts';
import { auditFile } from '../../src/safety/audit-file.ts';
import { AuditLog, UnrecordedError } from '../../src/safety/audit-log.ts';
import { Confirmations } from '../../src/safety/confirmation.ts';
import { NameReservations } from '../../src/safety/duplicates.ts';
import { findCreated, type LostCreate } from '../../src/safety/lost-create.ts';
import { cannotTell } from '../../src/safety/refused-agreement.ts';
import { SpentError } from '../../src/safety/send.ts';
import { snapshotOf, staleError } from '../../src/safety/snapshot.ts';
import { StateFolder } from '../../src/safety/state-folder.ts';
import { audiences as about } from '../../src/safety/thing.ts';
import { Turns } from '../../src/safety/turns.ts';
import type { SegmentApi } from '../../src/segment/api.ts';
import { misfitOf } from '../../src/segment/asked-for.ts';
import { EditionChoice } from '../../src/segment/editions/choice.ts';
import { editions, newest } from '../../src/segment/editions/editions.ts';
import {
  CancelledError,
  errorCodes,
  MeaningChangedError,
  NoAnswerError,
  NoTokenError,
  OutcomeUnknownError,
  OutOfTimeError,
  RateLimitedError,
  RefusedError,
  StoppingError,
  UnavailableError,
} from '../../src/segment/errors.ts';
import { Features } from '../../src/segment/features.ts';
import type { HttpFailure } from '../../src/segment/http.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { assertAllowed } from '../../src/segment/policy.ts';
import { fillPath } from '../../src/segment/request.ts';
import { Tries } from '../../src/segment/tries.ts';
import { judgeAnswer, judgeFailure, type Verdict } from '../../src/segment/verdict.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { testCall } from '../support/call.ts';
import {
  audience,
  type ConnectOptions,
  callTool,
  connect,
  fakeApi,
  ownConfirmations,
} from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { asFile, errorInWords, thrownBy, wordingFile } from '../support/wording.ts';

/*
 * The wording of every error, with what to do next.
 */

const folder = mkdtempSync(join(tmpdir(), 'wording-'));
afterAll(() => rmSync(folder, { recursive: true }));

const query = "event('Shoes Bought').count() >= 1";
const create = { name: 'New', query };
const linked = (more: Partial<Audience> = {}) =>
  audience({
    audienceType: 'LINKED',
    definition: { query: "entity('orders').count() >= 1" },
    ...more,
  });
const every = (scheduleId: string, interval: string) => ({
  id: scheduleId,
  strategy: 'PERIODIC',
  config: { interval },
});

type Answers = Parameters<typeof fakeApi>[0];

/** The error that a tool returns. */
async function from(
  tool: string,
  args: object = {},
  answers: Answers = {},
  options: ConnectOptions = {},
): Promise<unknown> {
  const client = await connect(fakeApi(answers).api, { defaultSpace: 'spa_1', ...options });
  return (await callTool(client, tool, { ...args })).error;
}

type Scenes = Record<string, () => unknown>;

const inputs: Scenes = {
  'several arguments': () => from('create_audience', { nmae: 'x', query: '', type: 'people' }),
  'no space': () => from('list_audiences', {}, {}, { defaultSpace: undefined }),
  'an id that is a dot segment': () => from('get_audience', { id: '..' }),
  'an id that is not valid Unicode': () => from('get_audience', { id: '\ud800' }),
  'an id that is too long': () => from('get_audience', { id: 'x'.repeat(300) }),
  'an id twice': () => from('change_audiences', { ids: ['a', 'a'], action: 'enable' }),
  'a blank name': () => from('create_audience', { ...create, name: '\u200b' }),
  'a text that this server has cut': () =>
    from('update_audience_for_space', { id: 'a', description: 'x…[cut, 9000 characters in all]' }),
  'an entity at another level': () => from('create_audience', { ...create, targetEntity: 'o' }),
  'days without historical data': () =>
    from('create_audience', { ...create, backfillEventDataDays: 3 }),
  'days without historical data, in an update': () =>
    from('update_audience_for_space', { id: 'aud_1', backfillEventDataDays: 3 }),
  'samples where none may be shown': () =>
    from('describe_space_schema', { kind: 'traits', samples: true }, {}, { noSamples: true }),
  'no event for properties': () => from('describe_space_schema', { kind: 'properties' }),
  'no entity for its properties': () =>
    from('describe_space_schema', { kind: 'entity_properties' }),
  'a time': () => from('find_audiences', { updatedSince: 'yesterday' }),
  'limits that nothing can meet': () => from('find_audiences', { minSize: 5, maxSize: 1 }),
  'neither query nor preview': () => from('preview_audience'),
  'an update of nothing': () => from('update_audience_for_space', { id: 'aud_1' }),
  'a level without a definition': () =>
    from('update_audience_for_space', { id: 'aud_1', type: 'users' }),
  'another level': () =>
    from('update_audience_for_space', { id: 'aud_1', query, type: 'accounts' }),
  'an unknown level': () =>
    from(
      'update_audience_for_space',
      { id: 'aud_1', query },
      { audience: audience({ definition: { query } }) },
    ),
  'an option that was not understood': () =>
    from(
      'update_audience_for_space',
      { id: 'aud_1', includeHistoricalData: true },
      { audience: audience({ options: { filterByExternalIds: undefined } }) },
    ),
  'an update of no computed trait': () => from('update_computed_trait_for_space', { id: 'ct_1' }),
  'a computed trait of an unknown level': () =>
    from(
      'update_computed_trait_for_space',
      { id: 'aud_1', query: "event('Shoes Bought').count()" },
      { more: { computedTrait: { id: 'aud_1' } } },
    ),
  'a list that is too long to show': () =>
    from(
      'list_audiences',
      { count: 1 },
      { page: { audiences: [], pagination: { next: 'x'.repeat(100_000) } } },
    ),
  'a definition': () => from('create_audience', { ...create, query: "event('A').count() >" }),
};

const copies: Scenes = {
  'without another name': () => from('copy_audience', { id: 'aud_1' }),
  'more to find than to replace': () => from('copy_audience', { id: 'aud_1', find: ['a'] }),
  'the same to find twice': () =>
    from('copy_audience', { id: 'aud_1', find: ['a', 'a'], replaceWith: ['b', 'b'] }),
  'of a string that is not there': () =>
    from('copy_audience', { id: 'aud_1', name: 'N', find: ['spend'], replaceWith: ['x'] }),
  "with a string that can't be written": () =>
    from('copy_audience', { id: 'aud_1', name: 'N', find: ['total_spend'], replaceWith: ['x\\'] }),
  'of a definition with an open string': () =>
    from(
      'copy_audience',
      { id: 'aud_1', name: 'N', find: ['x'], replaceWith: ['y'] },
      { audience: audience({ definition: { query: "trait('x", type: 'users' } }) },
    ),
  'of a definition that is not shown': () =>
    from('copy_audience', { id: 'aud_1', name: 'N' }, { audience: { id: 'aud_1' } }),
  "of options that can't be written": () =>
    from(
      'copy_audience',
      { id: 'aud_1', name: 'N' },
      {
        audience: audience({ options: { includeHistoricalData: true, backfillEventDataDays: -1 } }),
      },
    ),
  'under a name that is too long': () =>
    from(
      'copy_audience',
      { id: 'aud_1', toSpaceId: 'spa_2' },
      { audience: audience({ name: 'x'.repeat(300) }) },
    ),
};

const noSchedule: Answers = { audience: linked(), more: { audienceSchedules: [] } };
const set = (args: object, answers: Answers = noSchedule) =>
  from('set_audience_schedule', { id: 'aud_1', ...args }, answers);

const schedules: Scenes = {
  'of an audience that is not linked': () => set({ interval: '1h' }, {}),
  'in two ways': () => set({ interval: '1h', days: [1] }),
  'in no way': () => set({}),
  'in part': () => set({ days: [1] }),
  'of an offset': () => set({ days: [1], hours: [7], timezone: '+01:00' }),
  'of a misspelt zone': () => set({ days: [1], hours: [7], timezone: 'Europe/Berln' }),
  'of which none is named': () =>
    set(
      { interval: '1h' },
      { audience: linked(), more: { audienceSchedules: [every('s_1', '1h'), every('s_2', '1d')] } },
    ),
  'that is not there': () => set({ interval: '1h', scheduleId: 's_9' }),
  'that another call has added': async () => {
    const { api } = fakeApi({ audience: linked() });
    const lists = [[], [every('s_1', '1h')]];
    const client = await connect(
      {
        ...api,
        send: async (name, input, call) =>
          name === 'list_audience_schedules_from_space_and_audience'
            ? newest.rows[name].output.parse({ audienceSchedules: lists.shift() })
            : api.send(name, input, call),
      },
      { defaultSpace: 'spa_1' },
    );
    const args = { id: 'aud_1', interval: '1h' };
    return (await callTool(client, 'set_audience_schedule', args)).error;
  },
  'that there is none to remove of': () =>
    from('remove_audience_schedule', { id: 'aud_1' }, noSchedule),
};

interface Judging {
  status?: number;
  text?: string;
  writes?: boolean;
  misfit?: string | undefined;
}

function errorIn<Data>(verdict: Verdict<Data>): unknown {
  if ('error' in verdict) return verdict.error;
  throw new Error(verdict.kind);
}

function judged({ status = 200, text = '', writes, misfit }: Judging): unknown {
  const { ifNotFound } = newest.rows.get_audience;
  const output = z.object({ audience: z.object({ id: z.string() }) });
  const expected = { operation: 'get_audience', output, ifNotFound, writes, misfit: () => misfit };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {}
  return errorIn(judgeAnswer(expected, { status, text }, body));
}

const refused = (status: number) => () =>
  judged({ status, text: '{"errors":[{"type":"bad","message":"is too long","field":"name"}]}' });
const found = '{"data":{"audience":{"id":"aud_1"}}}';

const responses: Scenes = {
  'HTTP 302': () => judged({ status: 302 }),
  'HTTP 303': () => judged({ status: 303 }),
  ...Object.fromEntries(
    [400, 401, 403, 404, 409, 413, 418, 422, 500].map((status) => [
      `HTTP ${status}`,
      refused(status),
    ]),
  ),
  'HTTP 418 of a proxy': () => judged({ status: 418, text: '<p>No tea here</p>' }),
  'HTTP 502 without a body': () => judged({ status: 502 }),
  'HTTP 502 without words': () => judged({ status: 502, text: '<p></p>' }),
  'HTTP 500 without a reason': () => judged({ status: 500, text: '{"errors":[{}]}' }),
  'a page instead of JSON': () => judged({ text: '<title>Welcome</title>' }),
  'no data': () => judged({ text: '{}' }),
  'data of another shape': () => judged({ text: '{"data":{"audience":{}}}' }),
  'data and errors': () =>
    judged({ writes: true, text: '{"data":{},"errors":[{"message":"Partly done"}]}' }),
};

const id = 'aud_1';
const spaceId = 'spa_1';
const other = { id: 'aud_2', name: 'Other', spaceId: 'spa_2' };
type Misfit = Parameters<typeof misfitOf>;
const misfits: Record<string, Misfit> = {
  'another audience': [{ spaceId, id }, { audience: other }],
  'an audience of another name': [{ spaceId, ...create, type: 'users' }, { audience: other }],
  'an audience of another space': [{ spaceId, id }, { audience: { ...other, id } }],
  'a computed trait of another space': [{ spaceId, id }, { computedTrait: { ...other, id } }],
  'audiences of another space': [
    { spaceId: 'my-space', count: 1 },
    { audiences: [{ ...other, spaceId: 'spa_2' }], pagination: {} },
  ],
  'another space': [{ spaceId }, { space: { id: 'spa_2' } }],
  'another preview': [{ spaceId, id }, { audiencePreview: { id: 'p_2', status: 'RUNNING' } }],
};
for (const [title, given] of Object.entries(misfits)) {
  responses[`about ${title}`] = () => judged({ text: found, misfit: misfitOf(...given) });
}

const proxy = {
  url: 'http://proxy:8080',
  variable: 'HTTPS_PROXY',
  authorization: undefined,
  secrets: [],
};
const failed = (failure: Partial<HttpFailure>, through?: typeof proxy) => () =>
  errorIn(
    judgeFailure(
      'get_audience',
      { kind: 'failure', reason: 'connection', sent: true, lastedMs: 30_000, ...failure },
      through,
    ),
  );

const failures: Scenes = {
  'no connection': failed({ sent: false, cause: 'ECONNREFUSED' }),
  'no connection by a proxy': failed({ sent: false, cause: 'ECONNREFUSED' }, proxy),
  'a certificate': failed({ sent: false, cause: 'SELF_SIGNED_CERT_IN_CHAIN' }),
  'a connection that broke': failed({ cause: 'ECONNRESET' }),
  'a response that was cut off': failed({ reason: 'cut', cause: 'ECONNRESET' }),
  'a response that takes too long': failed({ reason: 'timeout' }),
  'a call whose time is over': failed({ reason: 'over' }),
  'a response that is too large': failed({ reason: 'too-large' }),
};

const segmentsWords = { words: 'name: no more today.', entries: [{ message: 'no more today' }] };
const minuteMs = 60_000;
const limited = (...args: ConstructorParameters<typeof RateLimitedError>) => {
  return () => new RateLimitedError(...args);
};

const removal = newest.rows.remove_audience_from_space;
const lost = () => new NoAnswerError('upstream_error', 'HTTP 502.', { next: 'Look.' });

const attempts: Scenes = {
  'the quota of the operation': limited('list_audiences', 3000, 60),
  'the quota of the token': limited('list_audiences', 3000, 60, 'token'),
  'a longer quota': limited('create_audience_preview', 90 * minuteMs, 10, 'longer', segmentsWords),
  'a quota of days': limited('create_audience_preview', 3 * 24 * 60 * minuteMs, 10, 'longer'),
  'an unknown quota': limited('list_audiences', 5 * 60 * minuteMs, 60, 'unknown'),
  'too little time': () => new OutOfTimeError('get_audience', 4000),
  'too little time for another attempt': () =>
    new OutOfTimeError('get_audience', 4000).afterAttempts(''),
  'a server that stops': () => new StoppingError('create_audience', false),
  'a server that stops in the middle of a read': () => new StoppingError('get_audience', true),
  'a server without its Redis': () => new UnavailableError(),
  'cancelled before it was sent': () => new CancelledError('get_audience', false),
  'cancelled when it was sent': () => new CancelledError('get_audience', true),
  'cancelled after a refusal': () => {
    const tries = new Tries('get_audience', newest.rows.get_audience);
    tries.refusals = 1;
    return tries.stillUncertain(new CancelledError('get_audience', false));
  },
  'a write without a response': () =>
    new Tries('create_audience', newest.rows.create_audience).outcomeUnknown(lost()),
  'a removal without a word of success': () => {
    const tries = new Tries('remove_audience_from_space', removal);
    return thrownBy(() => tries.endOf({ kind: 'success', data: { status: 'PENDING' } }));
  },
  'a removal without a status': () => {
    const tries = new Tries('remove_audience_from_space', removal);
    return thrownBy(() => tries.endOf({ kind: 'success', data: {} }));
  },
  'refused after an attempt without a response': () => {
    const tries = new Tries('remove_audience_from_space', removal);
    tries.endOf({ kind: 'uncertain', transient: true, error: lost() });
    const error = new RefusedError('forbidden', 'HTTP 403.', { next: 'Stop.' });
    return thrownBy(() => tries.endOf({ kind: 'refused', error }));
  },
  'no further attempt after one without a response': () => {
    const tries = new Tries('get_audience', newest.rows.get_audience);
    tries.endOf({ kind: 'uncertain', transient: true, error: lost() });
    return tries.notSentAgain(new RateLimitedError('get_audience', 3000, 60));
  },
  'an internal error': () => asAudiencesError(new TypeError('x is not a function')),
};

const policies: Scenes = {
  'no token': () => new NoTokenError(),
  'another space': () =>
    thrownBy(() =>
      assertAllowed(
        { readOnly: false, allowedSpaces: ['spa_1', 'spa_2'] },
        'get_audience',
        { writes: false },
        'spa_9',
      ),
    ),
  'a write by a server that is read-only': () =>
    thrownBy(() =>
      assertAllowed(
        { readOnly: true, allowedSpaces: undefined },
        'create_audience',
        { writes: true },
        'spa_1',
      ),
    ),
  'what the edition does not have': () =>
    thrownBy(() =>
      new EditionChoice('v1alpha').formOf('force_execute_audience_run', { spaceId, id }),
    ),
  'an option that the edition does not have': () =>
    thrownBy(() =>
      new EditionChoice('v1alpha').formOf('create_audience', {
        spaceId,
        ...create,
        type: 'linked',
      }),
    ),
  'what an older Segment does not have': () => {
    const choice = new EditionChoice('auto');
    choice.observe([audience({ definition: { query, type: 'users' }, audienceType: undefined })]);
    return thrownBy(() => choice.formOf('force_execute_audience_run', { spaceId, id }));
  },
  'what Segment refuses in an edition that it may not know': () => {
    const choice = new EditionChoice('auto');
    const input = { spaceId, count: 10, keyPrefix: 'vip' };
    const form = choice.formOf('list_audiences', input);
    const refusal = new RefusedError('validation_failed', 'HTTP 406: bad.', {
      next: 'Fix it.',
      status: 406,
    });
    return choice.asUnsupported('list_audiences', input, form, refusal);
  },
  'an operation that Segment refuses in an edition that it may not know': () => {
    const choice = new EditionChoice('auto');
    const input = { spaceId, query, type: 'users' } as const;
    const form = choice.formOf('create_audience_preview', input);
    const refusal = new RefusedError('not_found', 'HTTP 404: No such path.', {
      next: 'Check it.',
      status: 404,
    });
    return choice.asUnsupported('create_audience_preview', input, form, refusal);
  },
  'a missing feature': async () => {
    const features = new Features(new ManualClock());
    const refusal = judged({ status: 403, text: '{"errors":[{"message":"No such thing"}]}' });
    if (!(refusal instanceof RefusedError)) throw new Error('not refused');
    return features.lackShownBy(
      'list_computed_traits',
      newest.rows.list_computed_traits,
      { spaceId, count: 1 },
      { refusal, look: async () => ({ kind: 'there', output: { audiences: [], pagination: {} } }) },
    );
  },
  'another form than was agreed to': () => new MeaningChangedError('create_audience'),
};

const yes = { action: 'accept', content: { agree: true } } as const;

/** A write that asks its user, who takes a few seconds to answer. */
async function answered(answer: ElicitResult, readingMs = 5000): Promise<unknown> {
  const clock = new ManualClock();
  return from(
    'create_audience',
    create,
    {},
    {
      confirm: 'writes',
      clock,
      async answering() {
        await clock.advance(readingMs);
        return answer;
      },
    },
  );
}

const confirmationSchema = z.object({ confirmation: z.string() });

/** A server whose values are good in other processes, too; `again` calls it a second time. */
async function inTwoSteps(again: (confirmation: string, clock: ManualClock) => Promise<object>) {
  const clock = new ManualClock();
  const state = join(folder, `state-${randomBytes(4).toString('hex')}`);
  const { now, monotonic: elapsed } = clock;
  const confirmations = new Confirmations({
    now,
    elapsed,
    randomBytes,
    folder: new StateFolder(state, now),
  });
  const { api } = fakeApi({ page: { audiences: [], pagination: {} } });
  const options = { confirm: 'writes', clock, confirmations, defaultSpace: spaceId } as const;
  const client = await connect(api, options);
  const { error } = await callTool(client, 'create_audience', create);
  const { confirmation } = confirmationSchema.parse(error?.details);
  const args = await again(confirmation, clock);
  return {
    first: error,
    second: (await callTool(client, 'create_audience', { ...create, ...args })).error,
    third: (await callTool(client, 'create_audience', { ...create, confirmation })).error,
  };
}

const agreement: Scenes = {
  declined: () => answered({ action: 'decline' }),
  'declined at once': () => answered({ action: 'decline' }, 0),
  'not confirmed': () => answered({ action: 'accept', content: { agree: false } }),
  closed: () => answered({ action: 'cancel' }),
  'not answered': () => answered(yes, 6 * minuteMs),
  'not shown': () =>
    from(
      'create_audience',
      create,
      {},
      { confirm: 'writes', ask: 'elicitation', answering: () => Promise.reject(new Error('no')) },
    ),
  'not asked': () => from('create_audience', create, {}, { confirm: 'writes', ask: 'elicitation' }),
  'in two steps': async () => (await inTwoSteps(async () => ({}))).first,
  'a confirmation from elsewhere': async () =>
    (await inTwoSteps(async () => ({ confirmation: 'A'.repeat(120) }))).second,
  'a confirmation for other arguments': async () =>
    (await inTwoSteps(async (confirmation) => ({ confirmation, description: 'Other' }))).second,
  'a confirmation that has expired': async () =>
    (
      await inTwoSteps(async (confirmation, clock) => {
        await clock.advance(6 * minuteMs);
        return { confirmation };
      })
    ).second,
  'a confirmation that was used': async () =>
    (await inTwoSteps(async (confirmation) => ({ confirmation }))).third,
  'in two steps, without a state folder': () =>
    from('create_audience', create, {}, { confirm: 'writes' }),
  'a foreign confirmation, without a state folder': () =>
    from(
      'create_audience',
      { ...create, confirmation: 'A'.repeat(120) },
      {},
      { confirm: 'writes' },
    ),
  'a confirmation that another call used in the meantime': () => new SpentError(),
  'cancelled while the user was asked': () =>
    new CancelledError('create_audience', false, 'while the user was being asked.'),
  'cancelled before it was carried out': () =>
    new CancelledError('create_audience', false, 'before it was carried out.'),
};

const updated = '2026-01-02T00:00:00.000Z';
const dependent = (name: string): Audience =>
  audience({ id: name, name, key: name, definition: { query: "trait('big_spenders') = 'true'" } });

/** A removal in two steps, between which other audiences are built on this one. */
async function removedAfter(count: number, fails = false): Promise<unknown> {
  const clock = new ManualClock();
  const confirmations = ownConfirmations(clock.now);
  let dependents = Array.from({ length: count }, (_, index) => dependent(`dep_${index}`));
  let isLimited = false;
  const { api } = fakeApi({
    async page({ cursor }) {
      if (isLimited) throw new RateLimitedError('list_audiences', 7000, 10);
      return { audiences: cursor ? [] : [audience(), ...dependents], pagination: {} };
    },
  });
  const options = { confirm: 'writes', clock, confirmations, defaultSpace: spaceId } as const;
  const client = await connect(api, options);
  const remove = (args: object) =>
    callTool(client, 'remove_audience_from_space', { id: 'aud_1', ...args });
  const { confirmation } = confirmationSchema.parse((await remove({})).error?.details);
  dependents = [...dependents, dependent('dep_new')];
  isLimited = fails;
  await clock.advance(11_000);
  return (await remove({ confirmation })).error;
}

const changes: Scenes = {
  'since it was read': () =>
    from('update_audience_for_space', {
      id: 'aud_1',
      name: 'N',
      expectedUpdatedAt: '2026-01-01T00:00:00.000Z',
    }),
  'since it was read, by nobody knows whom': () =>
    from(
      'update_audience_for_space',
      { id: 'aud_1', name: 'N', expectedUpdatedAt: updated },
      { audience: { id: 'aud_1', definition: { query, type: 'users' } } },
    ),
  'since the user was asked': () =>
    staleError(
      about,
      'since the user was asked',
      audience({ name: 'Bigger', enabled: false }),
      snapshotOf(audience()),
      ['it is too early to edit it now: its status changed from "Live" to "Preparing"'],
    ),
  'since it was read for this call': () =>
    staleError(about, 'since it was read for this call', audience(), undefined),
  'by a new dependent': () => removedAfter(0),
  'by a new dependent of very many': () => removedAfter(1001),
  'that may have new dependents': () => removedAfter(0, true),
  'that may have new dependents, for another reason': () => cannotTell(undefined),
};

const lostCreate = (more: Partial<LostCreate> = {}): LostCreate => ({
  about,
  spaceId,
  wanted: { name: 'New', definition: { query } },
  known: new Set<string>(),
  error: new OutcomeUnknownError('create_audience was sent.', { next: 'Wait.' }),
  ...more,
});

const search = (page: Answers['page'], more?: Partial<LostCreate>, mayBeTheirs = false) =>
  thrownBy(() =>
    findCreated(
      lostCreate(more),
      { api: fakeApi({ page }).api, call: testCall() },
      { has: () => false, mayBeTheirs: () => mayBeTheirs },
    ),
  );
const empty = { audiences: [], pagination: {} };

/** A create that is lost, and what becomes of the next. */
async function afterLost(turnsUp: boolean): Promise<unknown> {
  const made: Audience[] = [];
  const clock = new ManualClock();
  const { api } = fakeApi({
    page: async () => ({ audiences: [...made], pagination: {} }),
    audience: () => Promise.reject(new OutcomeUnknownError('It was sent.', { next: 'Wait.' })),
  });
  const client = await connect(api, { defaultSpace: spaceId, clock });
  await callTool(client, 'create_audience', create);
  if (turnsUp) made.push(audience({ name: 'New', definition: { query } }));
  return (await callTool(client, 'create_audience', create)).error;
}

const creates: Scenes = {
  'of a name that is taken': () => from('create_audience', { ...create, name: 'BIG spenders' }),
  'of a key that is taken': () => from('create_audience', { ...create, name: 'big-spenders' }),
  'of a name that another call is creating': () => {
    const reservations = new NameReservations();
    const name = { about, spaceId, name: 'New', allowDuplicate: false };
    return thrownBy(() =>
      reservations.during(name, () => reservations.during(name, async () => {})),
    );
  },
  'that is not found': () => search(empty),
  "that can't be searched for": () => search(() => Promise.reject(new RangeError('too many'))),
  'in a space that is too large': () => search(empty, { known: undefined }),
  'that may be another one': () => search(empty, {}, true),
  'after one that took effect': () => afterLost(true),
  'after one that may still take effect': () => afterLost(false),
  'with a response about another one': async () => {
    const old = audience({ id: 'old', name: 'New' });
    const { api } = fakeApi({ page: { audiences: [old], pagination: {} } });
    const client = await connect(
      {
        ...api,
        send: async (name, input, call) =>
          name === 'create_audience'
            ? newest.rows[name].output.parse({ audience: old })
            : api.send(name, input, call),
      },
      { defaultSpace: spaceId },
    );
    return (await callTool(client, 'create_audience', { ...create, allowDuplicateName: true }))
      .error;
  },
  'with a response of other values': () =>
    new UnlikeSentError(about, audience(), 'enabled as false instead of true'),
};

const blocked = join(folder, 'audit.jsonl');
mkdirSync(blocked);
const log = new AuditLog(auditFile(blocked), createRedactor([]), () => 0, randomBytes);
const entry = {
  tool: 't',
  operation: 'o',
  space: 's',
  id: undefined,
  confirmed: 'not_needed',
} as const;
const unrecorded = (outcome: 'done' | 'not_done' | 'unknown') => () =>
  new UnrecordedError({ ...entry, outcome }, Object.assign(new Error(), { code: 'ENOSPC' }));

const records: Scenes = {
  "that can't be written before": async () => {
    const error = await thrownBy(() => log.assertWritable());
    return JSON.parse(errorJson(error).replaceAll(blocked, '/audit.jsonl'));
  },
  'of what was done': unrecorded('done'),
  'of what was not done': unrecorded('not_done'),
  'of what may have been done': unrecorded('unknown'),
};

function errorJson(error: unknown): string {
  const { code, message, next } = z
    .object({ code: z.string(), message: z.string(), facts: z.object({ next: z.string() }) })
    .transform(({ facts, ...rest }) => ({ ...rest, ...facts }))
    .parse(error);
  return JSON.stringify({ code, message, next });
}

const bulk = (args: object, answers: Answers = {}, options: ConnectOptions = {}) =>
  from('change_audiences', { ids: ['aud_1'], action: 'disable', ...args }, answers, options);

const manyOf: Scenes = {
  'none of which is there': () =>
    bulk({ ids: ['aud_8', 'aud_9'] }, { page: empty, audience: gone }),
  'whose copies are too long': () => removalOf(45_000, 45_000, 45_000),
  'one of which is too long by itself': () => removalOf(45_000, 150_000, 45_000),
  'of one that is too long by itself': () => removalOf(150_000),
  'that others were built on since': () => bulkAfter('remove', true),
  'all of which have changed since': () => bulkAfter('disable', false),
  'cancelled while it waits for quota': () =>
    new CancelledError('update_audience_for_space', false, 'while it waited for quota.'),
};

/** A removal of audiences with descriptions of these lengths. */
async function removalOf(...chars: number[]): Promise<unknown> {
  const large = chars.map((count, index) => {
    const key = `a${index}`;
    return audience({ id: key, key, name: key, description: 'x'.repeat(count) });
  });
  const client = await connect(
    apiOf(() => large),
    { defaultSpace: spaceId },
  );
  const args = { ids: large.map((each) => each.id), action: 'remove' };
  return (await callTool(client, 'change_audiences', args)).error;
}

async function gone(): Promise<Audience> {
  throw judged({ status: 404, text: '{"errors":[{"type":"not-found"}]}' });
}

/** A space of these audiences. */
function apiOf(all: () => readonly Audience[]): SegmentApi {
  const { api } = fakeApi({ page: async () => ({ audiences: [...all()], pagination: {} }) });
  return {
    ...api,
    async send(name, input, call) {
      if (name !== 'get_audience') return api.send(name, input, call);
      const one = all().find((row) => 'id' in input && row.id === input.id);
      return newest.rows[name].output.parse({ audience: one });
    },
  };
}

/** A change of two audiences in two steps, between which they change, or others are built on them. */
async function bulkAfter(action: 'disable' | 'remove', isBuiltOn: boolean): Promise<unknown> {
  const clock = new ManualClock();
  const two = (more: Partial<Audience>) =>
    ['aud_1', 'aud_2'].map((one) => audience({ id: one, name: one, key: one, ...more }));
  let all = two({});
  const confirmations = ownConfirmations(clock.now);
  const options = { confirm: 'writes', clock, confirmations, defaultSpace: spaceId } as const;
  const client = await connect(
    apiOf(() => all),
    options,
  );
  const args = { ids: ['aud_1', 'aud_2'], action };
  const { error } = await callTool(client, 'change_audiences', args);
  const { confirmation } = confirmationSchema.parse(error?.details);
  const built = audience({ id: 'b', name: 'B', definition: { query: "trait('aud_1') = 'true'" } });
  all = isBuiltOn ? [...all, built] : two({ description: 'Changed' });
  await clock.advance(11_000);
  return (await callTool(client, 'change_audiences', { ...args, confirmation })).error;
}

const turns: Scenes = {
  'too long': async () => {
    const clock = new ManualClock();
    const queue = new Turns(clock);
    const turn = (deadline: number) => ({
      about,
      operation: 'update_audience_for_space' as const,
      spaceId,
      id,
      call: testCall(deadline),
    });
    void queue.during(turn(Number.POSITIVE_INFINITY), () => new Promise(() => {}));
    const waiting = thrownBy(() => queue.during(turn(clock.monotonic() + 1000), async () => {}));
    await clock.advance(2000);
    return waiting;
  },
};

const paths: Scenes = {};
const badIds = {
  empty: '',
  'with a slash': 'a/b',
  'with a dot segment': '..;x',
  'with bytes that are no UTF-8': '%FF',
  'encoded too often': `%${'25'.repeat(20)}41`,
};
for (const [title, value] of Object.entries(badIds)) {
  paths[`an id ${title}`] = () => thrownBy(() => fillPath('/{id}', { id: value }));
}
for (const [title, value] of Object.entries({ empty: '', 'with a dot segment': 'a/../b' })) {
  paths[`a name ${title}`] = () => thrownBy(() => fillPath('/{event:name}', { event: value }));
}
for (const [field, template] of [
  ['spaceId', '/{spaceId}'],
  ['scheduleId', '/{scheduleId}'],
  ['entity', '/{entity:name}'],
  ['id', '/computed-traits/{id}'],
] as const) {
  paths[`${field} in ${template}`] = () => thrownBy(() => fillPath(template, { [field]: '' }));
}
paths.previewId = () => thrownBy(() => fillPath('/{id}', { id: '' }, 'previewId'));

const sections: Record<string, Scenes> = {
  Inputs: inputs,
  'A copy': copies,
  'A schedule': schedules,
  'A response': responses,
  'Without a response': failures,
  'An attempt': attempts,
  'A refusal by this server': policies,
  Agreement: agreement,
  'What has changed': changes,
  'A create': creates,
  'A line in the audit log': records,
  'Several audiences': manyOf,
  'Another write': turns,
  'A path': paths,
};

test('the wording of every error is seen', async () => {
  const texts: Record<string, string> = {};
  for (const [section, scenes] of Object.entries(sections)) {
    for (const [title, scene] of Object.entries(scenes)) {
      const name = `${section}: ${title}`;
      const said = await scene();
      if (said === undefined) throw new Error(`${name}: nothing is refused.`);
      texts[name] = errorInWords(said);
    }
  }
  await expect(asFile(texts)).toMatchFileSnapshot(wordingFile('errors'));
  const codes = Object.values(texts).map((text) => text.slice(0, text.indexOf(':')));
  expect(errorCodes.filter((code) => !codes.includes(code))).toEqual([]);
});

test('what every operation needs, and advises where nothing is found or its outcome is unknown, is seen', async () => {
  const lines = Object.entries(editions).flatMap(([edition, { rows }]) =>
    Object.entries(rows).flatMap(([name, row]) => {
      const advice = [row.ifNotFound, row.ifUnknown].filter((text) => text !== undefined);
      const needs = row.feature ? [`needs: ${row.feature.name}`] : [];
      return [`${edition} ${name}`, ...needs, ...advice.map((text) => `→ ${text}`), ''];
    }),
  );
  await expect(lines.join('\n')).toMatchFileSnapshot(wordingFile('operations'));
});
