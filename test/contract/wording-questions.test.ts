import { expect, test } from 'vitest';
import { describeBulk } from '../../src/safety/bulk-question.ts';
import { describeWrite, feedsInWords } from '../../src/safety/question.ts';
import { audiences as about } from '../../src/safety/thing.ts';
import { newest } from '../../src/segment/editions/editions.ts';
import type { EditionName } from '../../src/segment/editions/row.ts';
import { RateLimitedError } from '../../src/segment/errors.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import type { DestinationOfAudience, Feeds } from '../../src/space/destinations.ts';
import { audience, callTool, connect, fakeApi } from '../support/in-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startStandIn } from '../support/stand-in.ts';
import { asFile, wordingFile } from '../support/wording.ts';

/*
 * The wording of every question that is put to a user.
 */

const spaceId = 'spa_1';
const query = "event('Shoes Bought').count() >= 1";
const scalar = "event('Shoes Bought').count()";
const yes = { action: 'accept', content: { agree: true } } as const;

type Answers = Parameters<typeof fakeApi>[0];

/** What a user is asked before a tool writes. */
async function asked(tool: string, args: object, answers: Answers = {}): Promise<string> {
  const questions: string[] = [];
  const clock = new ManualClock();
  const client = await connect(fakeApi(answers).api, {
    defaultSpace: spaceId,
    confirm: 'writes',
    clock,
    answering(text) {
      questions.push(text);
      return { action: 'decline' };
    },
  });
  const call = callTool(client, tool, { ...args });
  // A preview is waited for.
  await clock.advance(30_000);
  expect((await call).error?.code).toBe('declined');
  return questions.join('\n\n');
}

const id = 'aud_1';
const create = (more: object = {}, answers?: Answers) =>
  asked('create_audience', { name: 'New', query, checkNames: false, ...more }, answers);
const update = (more: object, answers?: Answers) =>
  asked('update_audience_for_space', { id, ...more }, answers);
const remove = (answers?: Answers) => asked('remove_audience_from_space', { id }, answers);

const linked = (more: Partial<Audience> = {}) =>
  audience({
    audienceType: 'LINKED',
    definition: { query: "entity('orders').count() >= 1" },
    ...more,
  });
const hourly = { id: 's_1', strategy: 'PERIODIC', config: { interval: '1h' } };
const weekly = {
  id: 's_2',
  strategy: 'SPECIFIC_DAYS',
  config: { days: [1, 4], hours: [7], timezone: 'Europe/Berlin' },
};
const withSchedules = (schedules: object[], more: Partial<Audience> = {}): Answers => ({
  audience: linked(more),
  more: { audienceSchedules: schedules, audienceSchedule: hourly },
});

const trait = (more: Partial<Audience> = {}): Answers => {
  const computedTrait = audience({
    name: 'Shoes',
    key: 'shoes',
    definition: { query: scalar, type: 'USERS' },
    ...more,
  });
  return {
    audience: computedTrait,
    more: { computedTrait, computedTraits: [], status: 'SUCCESS' },
  };
};

const builtOn = (name: string): Audience =>
  audience({ id: name, name, key: name, definition: { query: "trait('big_spenders') = 'true'" } });
const space = (...others: Audience[]): Answers => ({
  page: { audiences: [audience(), ...others], pagination: {} },
});

const preview = (state: object): Answers => ({
  more: { audiencePreview: { id: 'p_1', ...state } },
});
const edition = (name: EditionName, more: Answers = {}): Answers => ({ ...more, edition: name });
const full = audience({
  description: 'All of them',
  size: { count: 1200 },
  options: {
    includeHistoricalData: true,
    includeAnonymousUsers: true,
    backfillEventDataDays: 30,
    filterByExternalIds: ['user_id', 'email'],
  },
});

const single: Record<string, () => Promise<string>> = {
  'create an audience': () => create(),
  'create an audience in the edition of 2024': () => create({}, edition('v1alpha')),
  'create an audience with all options': () =>
    create({
      description: 'Buyers',
      enabled: false,
      includeHistoricalData: true,
      includeAnonymousUsers: true,
      backfillEventDataDays: 30,
      filterByExternalIds: ['user_id'],
    }),
  'create a linked audience': () =>
    create({ type: 'linked', targetEntity: 'orders', query: "entity('orders').count() >= 1" }),
  'create an audience of a name that is taken': () =>
    create({ name: 'Big spenders', allowDuplicateName: true }),
  'create an audience after a preview': () =>
    create({ previewFirst: true }, preview({ status: 'COMPLETED', size: { count: 12 } })),
  'create an audience after a preview that is not ready': () =>
    create({ previewFirst: true }, preview({ status: 'RUNNING' })),
  'create an audience after a preview that failed': () =>
    create({ previewFirst: true }, preview({ status: 'FAILED' })),
  "create an audience whose definition can't be read": () =>
    describeWrite({
      kind: 'create',
      about,
      spaceId,
      before: undefined,
      after: { name: 'New', definition: { query: '((' } },
      dependents: undefined,
      feeds: undefined,
      notes: [],
    }),
  'rename an audience': () => update({ name: 'Renamed' }),
  'redefine an audience': () => update({ query }),
  'redefine an audience in the edition of 2024': () => update({ query }, edition('v1alpha')),
  'redefine an audience that is computed otherwise': () =>
    update(
      { query: "event('Shoes Bought').within(400 days).count() >= 1" },
      { audience: audience({ computeCadence: { type: 'REALTIME' } }) },
    ),
  'change options of an audience': () =>
    update({ includeHistoricalData: true, backfillEventDataDays: 7 }),
  'enable an audience': () => update({ enabled: true }, { audience: audience({ enabled: false }) }),
  'disable an audience': () => update({ enabled: false }),
  'change nothing': () => update({ name: 'Big spenders' }),
  'change all of an audience': () =>
    update(
      { name: 'New', description: 'New', enabled: false, query, filterByExternalIds: ['email'] },
      { audience: { ...full, options: { filterByExternalIds: ['user_id'] } } },
    ),
  'edit an audience too early': () =>
    update({ name: 'New' }, { audience: audience({ status: 'Preparing' }) }),
  'edit an audience that is not Live': () =>
    update({ name: 'New' }, { audience: audience({ status: 'Locked' }) }),
  'remove an audience': () => remove(space()),
  'remove an audience with all that is known of it': () => remove({ audience: full }),
  'remove an audience that others are built on': () => remove(space(builtOn('a'), builtOn('b'))),
  'remove an audience that many are built on': () =>
    remove(space(...Array.from({ length: 30 }, (_, index) => builtOn(`a${index}`)))),
  'remove an audience whose dependents are not known': () =>
    remove({ page: () => Promise.reject(new RateLimitedError('list_audiences', 60_000, 25)) }),
  'copy an audience': () =>
    asked('copy_audience', { id, name: 'Copy', find: ['total_spend'], replaceWith: ['spend'] }),
  'copy an audience to another space': () =>
    asked('copy_audience', { id, toSpaceId: 'spa_2' }, { page: { audiences: [], pagination: {} } }),
  'add a schedule': () =>
    asked(
      'set_audience_schedule',
      { id, days: [4, 1], hours: [7, 19], timezone: 'Europe/Berlin' },
      withSchedules([]),
    ),
  'change a schedule': () =>
    asked(
      'set_audience_schedule',
      { id, interval: '1d', scheduleId: 's_1' },
      withSchedules([hourly, weekly]),
    ),
  'remove a schedule': () =>
    asked('remove_audience_schedule', { id, scheduleId: 's_2' }, withSchedules([hourly, weekly])),
  'run an audience': () => asked('run_audience', { id }, withSchedules([hourly])),
  'run an audience that is disabled': () =>
    asked('run_audience', { id }, withSchedules([], { enabled: false })),
  'create a computed trait': () =>
    asked('create_computed_trait', { name: 'Boots', query: scalar }, trait({ name: 'Boots' })),
  'redefine a computed trait': () =>
    asked(
      'update_computed_trait_for_space',
      { id, query: "event('Boots Bought').count()" },
      trait({ definition: { query: scalar, type: 'USERS' } }),
    ),
  'disable a computed trait': () =>
    asked('update_computed_trait_for_space', { id, enabled: false }, trait()),
  'edit a computed trait too early': () =>
    asked('update_computed_trait_for_space', { id, name: 'Boots' }, trait({ status: 'Computing' })),
  'remove a computed trait': () => asked('remove_computed_trait_from_space', { id }, trait()),
};

const destination = (more: Partial<DestinationOfAudience>): DestinationOfAudience => ({
  connectionId: 'c_1',
  isVisible: true,
  destinationId: 'd_1',
  name: 'Mails',
  product: 'Braze',
  enabled: true,
  activations: [
    { id: 'a_1', name: 'Welcome', type: 'Audience Entered', enabled: true },
    { id: 'a_2', name: 'Goodbye', type: 'Audience Exited', enabled: false },
  ],
  ...more,
});
const known = (destinations: DestinationOfAudience[], more = 0, complete = true): Feeds => ({
  kind: 'known',
  found: { destinations, total: destinations.length + more, unseen: more, complete },
});

const feeds: Record<string, Feeds> = {
  'not looked up': { kind: 'unknown', because: 'timeout' },
  none: known([]),
  one: known([destination({})]),
  'several, some of which are hidden': known(
    [
      destination({ name: undefined, enabled: false, activations: [] }),
      destination({ enabled: undefined, activations: undefined }),
      destination({ isVisible: false, name: undefined, product: undefined }),
    ],
    2,
    false,
  ),
  many: known(Array.from({ length: 30 }, (_, index) => destination({ name: `D${index}` }))),
};

const member = (name: string, more: Partial<Parameters<typeof describeBulk>[0]['members'][0]>) => ({
  audience: audience({ id: name, name, key: name, size: { count: 10 } }),
  dependents: [],
  insiders: [],
  feeds: undefined,
  remark: undefined,
  ...more,
});
const bulk = {
  spaceId,
  unchanged: [audience({ name: 'Already so' })],
  missing: ['aud_9'],
  circles: [[audience({ name: 'A' }), audience({ name: 'B' })]],
  notes: ['A removed key can never be used again; profiles keep its trait.'],
};
const unnamed = audience({ id: 'aud_7', name: undefined, enabled: false });

const several: Record<string, string> = {
  'enable an audience': describeBulk({ ...bulk, action: 'enable', members: [member('A', {})] }),
  ...Object.fromEntries(
    Object.entries({
      'that is sent': { feeds: known([destination({})]), dependents: [unnamed] },
      'that is not sent': { feeds: known([]) },
      'that is built on itself': { feeds: feeds['not looked up'], dependents: undefined },
      'whose destinations were not looked up': {},
    }).map(([which, facts]) => {
      const only = member('A', facts);
      const circles = which === 'that is built on itself' ? [[only.audience]] : [];
      return [
        `disable one audience ${which}`,
        describeBulk({ ...bulk, circles, action: 'disable', members: [only] }),
      ];
    }),
  ),
  'disable audiences, with where they are sent': describeBulk({
    ...bulk,
    action: 'disable',
    members: [
      member('A', { feeds: known([destination({})]), dependents: [audience({ name: 'C' })] }),
      member('B', { feeds: feeds['not looked up'], remark: 'status "Locked"' }),
      member('C', { audience: unnamed, insiders: [audience({ name: 'B' })] }),
      member('D', { dependents: [audience({ name: 'E' })], insiders: [unnamed] }),
    ],
  }),
  'disable audiences that are not sent': describeBulk({
    ...bulk,
    action: 'disable',
    members: [member('A', { feeds: known([]) }), member('B', { feeds: known([]) })],
  }),
  'remove audiences, some of which are not sent': describeBulk({
    ...bulk,
    action: 'remove',
    members: [member('A', { feeds: known([]) }), member('B', { feeds: feeds['not looked up'] })],
  }),
  'remove audiences of which little is known': describeBulk({
    ...bulk,
    action: 'remove',
    members: [
      member('A', { feeds: feeds['not looked up'], dependents: undefined }),
      member('B', { feeds: feeds['not looked up'] }),
    ],
  }),
  'remove many audiences': describeBulk({
    ...bulk,
    action: 'remove',
    members: Array.from({ length: 40 }, (_, index) =>
      member(`A${index}`, index === 0 ? { dependents: [audience({ name: 'C' })] } : {}),
    ),
  }),
};

/** What the user is asked once more because Segment turns out to speak another edition. */
async function askedAgain(): Promise<string> {
  const flags = { confirm: 'writes' };
  const rig = await startStandIn({ edition: 'v1', flags, answering: () => yes });
  const args = { name: 'New', query, includeAnonymousUsers: true };
  expect((await callTool(rig.client, 'create_audience', args)).error).toBeUndefined();
  return rig.questions.at(-1) ?? '';
}

/** What the user is asked about several audiences by the tool. */
async function askedOfSeveral(action: string, statuses: string[]): Promise<string> {
  const rows = statuses.map((status, index) =>
    audience({ id: `aud_${index}`, name: `A${index}`, key: `a${index}`, status }),
  );
  const questions: string[] = [];
  const { api } = fakeApi({ page: { audiences: rows, pagination: {} } });
  const client = await connect(
    {
      ...api,
      async send(name, input, call) {
        const row = rows.find((one) => 'id' in input && one.id === input.id);
        const isOne = name === 'get_audience' && row;
        return isOne
          ? newest.rows[name].output.parse({ audience: row })
          : api.send(name, input, call);
      },
    },
    {
      defaultSpace: spaceId,
      confirm: 'writes',
      answering(text) {
        questions.push(text);
        return { action: 'decline' };
      },
    },
  );
  const ids = rows.map((row) => row.id);
  await callTool(client, 'change_audiences', { ids, action });
  return questions[0] ?? '';
}

test('the wording of every question is seen', async () => {
  const texts: Record<string, string> = {};
  for (const [title, ask] of Object.entries(single)) texts[title] = await ask();
  texts['create an audience, asked again in another edition'] = await askedAgain();
  for (const action of ['disable', 'remove']) {
    const text = await askedOfSeveral(action, ['Live', 'Preparing', 'Locked']);
    texts[`several audiences, by the tool: ${action}`] = text;
  }
  for (const [title, text] of Object.entries(several)) texts[`several audiences: ${title}`] = text;
  for (const [title, found] of Object.entries(feeds)) {
    texts[`where an audience is sent: ${title}`] = feedsInWords(found);
  }
  await expect(asFile(texts)).toMatchFileSnapshot(wordingFile('questions'));
});
