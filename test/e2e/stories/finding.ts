import type { SandboxSeed } from '../../../src/sandbox/start.ts';
import { type Called, idsIn, namesIn, type Story } from './story.ts';
import { audiences, ben, idCalled } from './world.ts';

/*
 * Requests that only look.
 */

/** A space of which even the longest list of rows shows less than half. */
const large: SandboxSeed = {
  spaces: [
    {
      id: 'spa_large',
      audiences: Array.from({ length: 450 }, (_, index) => ({
        name: `Campaign ${String(index + 1).padStart(3, '0')}`,
        audienceType: 'USERS',
        definition: { query: `trait('campaign') = '${index + 1}'` },
        createdAt: '-30d',
      })),
    },
  ],
};

/** The ISO date of this many days ago. */
function dateBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

export const finding: readonly Story[] = [
  {
    request: 'How many of our audiences are disabled?',
    tools: ['find_audiences'],
    async tell({ call, held, expect }) {
      const { structured } = await call('find_audiences', { enabled: false, countOnly: true });
      const off = (await held()).filter(({ enabled }) => !enabled);
      expect(off).toHaveLength(2);
      expect(structured).toMatchObject({ matches: off.length, unreadable: [] });
    },
  },
  {
    request: 'Which audiences use the event “bike rented”?',
    tools: ['find_audiences', 'find_audiences'],
    async tell({ call, held, expect }) {
      const missed = await call('find_audiences', { event: 'bike rented' });
      expect(missed.structured).toMatchObject({ matches: 0 });
      expect(missed.structured.advice).toEqual(
        expect.arrayContaining([expect.stringContaining('did you mean "Bike Rented"')]),
      );
      const found = await call('find_audiences', { event: 'Bike Rented' });
      const users = (await held()).filter(({ definition }) =>
        definition.query.includes("event('Bike Rented')"),
      );
      expect(namesIn(found)).toEqual(users.map(({ name }) => name).sort());
    },
  },
  {
    request: 'Which audiences are built on “Yearly members”?',
    tools: ['find_audiences', 'get_audience'],
    async tell({ call, read, expect }) {
      const [id = ''] = idsIn(await call('find_audiences', { text: 'Yearly members', limit: 1 }));
      const { structured } = await call('get_audience', { id, include: ['usedBy'] });
      expect(structured.usedBy).toEqual([
        { id: idCalled('Yearly members who lapsed'), name: 'Yearly members who lapsed' },
      ]);
      expect(await read(`/audiences/${id}/audience-references?pagination.count=100`)).toMatchObject(
        {
          audiences: [{ name: 'Yearly members who lapsed' }],
        },
      );
    },
  },
  {
    request: 'Show me the three largest audiences.',
    tools: ['find_audiences'],
    async tell({ call, sandbox, expect }) {
      const found = await call('find_audiences', { sort: 'size', order: 'desc', limit: 3 });
      expect(namesIn(found)).toEqual(['Paris: riders', 'Riders', 'Yearly members']);
      expect(found.structured).toMatchObject({
        audiences: [{ size: 10 }, { size: 6 }, { size: 6 }],
      });
      expect(sandbox.members('spa_bikes', idCalled('Riders'))).toHaveLength(10);
    },
  },
  {
    request: 'Are there any empty audiences?',
    tools: ['find_audiences'],
    async tell({ call, sandbox, expect }) {
      const found = await call('find_audiences', { maxSize: 0, enabled: true });
      expect(namesIn(found)).toEqual(['Support cases']);
      expect(sandbox.members('spa_bikes', idCalled('Support cases'))).toEqual([]);
    },
  },
  {
    request: 'Where does “Yearly members” send people?',
    tools: ['find_audiences', 'list_audience_destinations'],
    async tell({ call, read, expect }) {
      const [id = ''] = idsIn(await call('find_audiences', { text: 'yearly members', limit: 1 }));
      const { structured } = await call('list_audience_destinations', { id });
      expect(structured).toMatchObject({
        destinations: [
          { name: 'Mail tool', enabled: true, activations: [{ name: 'Thank you' }] },
          { name: 'Ads', activations: [] },
        ],
        unseen: 1,
      });
      const connections = `/audiences/${id}/destination-connections?pagination.count=100`;
      expect(await read(connections)).toMatchObject({ pagination: { totalEntries: 3 } });
    },
  },
  {
    request: 'Which audiences are computed in batches?',
    tools: ['find_audiences'],
    async tell({ call, held, expect }) {
      const found = await call('find_audiences', { cadence: 'BATCH' });
      // As Segment itself says of each.
      const batch = (await held()).filter((audience) =>
        JSON.stringify(audience).includes('"computeCadence":{"type":"BATCH"}'),
      );
      expect(batch.length).toBeGreaterThan(5);
      expect(namesIn(found)).toEqual(batch.map(({ name }) => name).sort());
    },
  },
  {
    request: 'What changed in the last three days?',
    tools: ['find_audiences'],
    async tell({ call, expect }) {
      const args = { updatedSince: dateBefore(3), sort: 'updatedAt', order: 'desc' };
      expect(namesIn(await call('find_audiences', args))).toEqual(['Long rides']);
    },
  },
  {
    request: 'What else did the person who made “Test of Ben” create?',
    tools: ['find_audiences', 'get_audience', 'find_audiences'],
    async tell({ call, expect }) {
      const [id = ''] = idsIn(await call('find_audiences', { text: 'Test of Ben' }));
      const { structured } = await call('get_audience', { id });
      expect(structured).toMatchObject({ audience: { createdBy: ben } });
      const found = await call('find_audiences', { createdBy: ben });
      const made = audiences.filter(({ createdBy }) => createdBy === ben);
      expect(namesIn(found)).toEqual(made.map(({ name }) => name).sort());
    },
  },
  {
    request: 'What does the audience “Long rides” mean?',
    tools: ['find_audiences', 'get_audience'],
    async tell({ call, sandbox, expect }) {
      const [id = ''] = idsIn(await call('find_audiences', { text: 'long rides' }));
      const { structured } = await call('get_audience', { id });
      expect(structured.explanation).toMatch(/Bike Rented.*minutes.*more than 60/);
      expect(sandbox.members('spa_bikes', id)).toEqual(['ada', 'di', 'ivy']);
    },
  },
  {
    request:
      "What does event('Bike Rented').where(property('minutes') > 60).within(30 days).count() >= 2 mean?",
    tools: ['check_audience_query'],
    async tell({ call, expect }) {
      const query =
        "event('Bike Rented').where(property('minutes') > 60).within(30 days).count() >= 2";
      const { structured } = await call('check_audience_query', { query });
      expect(structured).toMatchObject({ valid: true, computeCadence: { type: 'BATCH' } });
      expect(structured.explanation).toMatch(/Users who did .*Bike Rented.* at least twice/);
    },
  },
  {
    request:
      'Which events do we have, which properties does “Bike Rented” have, and which traits are there?',
    tools: ['describe_space_schema', 'describe_space_schema', 'describe_space_schema'],
    async tell({ call, expect }) {
      const describe = (args: object) => call('describe_space_schema', args);
      const events = await describe({ kind: 'events' });
      expect(namesIn(events, 'names')).toEqual(['App Opened', 'Bike Rented', 'Support Contacted']);
      const properties = await describe({ kind: 'properties', event: 'Bike Rented' });
      expect(namesIn(properties, 'names')).toEqual(['minutes', 'station']);
      const traits = await describe({ kind: 'traits' });
      expect(namesIn(traits, 'names')).toEqual(
        expect.arrayContaining(['city', 'email', 'minutes_ridden', 'plan', 'yearly_members']),
      );
    },
  },
  {
    request: 'Is the event “Support Contacted” still coming in?',
    tools: ['describe_space_schema'],
    async tell({ call, expect }) {
      const args = { kind: 'events', search: 'support' };
      const { structured } = await call('describe_space_schema', args);
      const lastSeenAt = expect.stringContaining(dateBefore(400));
      expect(structured.names).toMatchObject([{ name: 'Support Contacted', lastSeenAt }]);
    },
  },
  {
    request: 'Which spaces are there, and which one are we in?',
    tools: ['list_spaces'],
    async tell({ call, sandbox, expect }) {
      const { structured } = await call('list_spaces');
      const [first, second] = sandbox.spaces;
      expect(structured.spaces).toEqual([
        expect.objectContaining({ id: first?.id, name: 'Bike rental', isDefault: true }),
        expect.not.objectContaining({ isDefault: true }),
      ]);
      expect(structured.spaces).toMatchObject([{}, { id: second?.id }]);
    },
  },
  {
    request: 'How many campaigns are there? List the ones after the first 200.',
    tools: ['find_audiences', 'find_audiences', 'find_audiences'],
    world: large,
    async tell({ call, held, expect }) {
      const find = (args: object): Promise<Called> =>
        call('find_audiences', { text: 'campaign', ...args });
      expect((await find({ countOnly: true })).structured).toMatchObject({ matches: 450 });
      const rest = [
        ...idsIn(await find({ limit: 200, offset: 200 })),
        ...idsIn(await find({ limit: 200, offset: 400 })),
      ];
      const byName = (await held()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
      expect(rest).toEqual(byName.slice(200).map(({ id }) => id));
    },
  },
  {
    request: 'Which values are computed for each rider?',
    tools: ['list_computed_traits'],
    args: ['--toolsets', 'all'],
    async tell({ call, read, expect }) {
      const listed = await call('list_computed_traits');
      expect(namesIn(listed, 'computedTraits')).toEqual(['Minutes ridden']);
      expect(await read('/computed-traits?pagination.count=100')).toMatchObject({
        computedTraits: [{ name: 'Minutes ridden', key: 'minutes_ridden' }],
      });
    },
  },
  {
    request: 'When does “Expensive rentals” run?',
    tools: ['find_audiences', 'get_audience'],
    async tell({ call, read, expect }) {
      const [id = ''] = idsIn(await call('find_audiences', { text: 'expensive' }));
      const { structured } = await call('get_audience', { id, include: ['schedules'] });
      const daily = [{ strategy: 'PERIODIC', config: { interval: '1d' } }];
      expect(structured.schedules).toMatchObject(daily);
      expect(await read(`/audiences/${id}/schedules`)).toMatchObject({ audienceSchedules: daily });
    },
  },
];
