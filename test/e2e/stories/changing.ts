import { agreed, idsIn, namesOf, type Story } from './story.ts';
import { idCalled, production, staging } from './world.ts';

/*
 * Requests about definitions, and those that make, change or remove audiences.
 */

const frequent = "event('Bike Rented').within(30 days).count() >= 2";

export const changing: readonly Story[] = [
  {
    request: 'How many people rode at least twice this month? Don’t create anything.',
    tools: ['preview_audience'],
    async tell({ call, held, expect }) {
      const before = await held();
      const { structured } = await call('preview_audience', { query: frequent });
      expect(structured).toMatchObject({ status: 'COMPLETED', size: { type: 'USERS', count: 4 } });
      expect(structured.quota).toMatchObject({ usedThisMonth: 1, monthlyLimit: 700 });
      expect(await held()).toEqual(before);
    },
  },
  {
    request:
      'Make an audience of everyone who rented a bike this month. (The event is misspelled.)',
    tools: ['check_audience_query', 'create_audience'],
    async tell({ call, held, sandbox, expect }) {
      const queryOf = (event: string) => `event('${event}').within(30 days).count() >= 1`;
      const checked = await call('check_audience_query', {
        query: queryOf('Bike Rentd'),
        checkNames: true,
      });
      expect(checked.structured).toMatchObject({
        valid: true,
        unknownNames: [expect.stringContaining('Did you mean "Bike Rented"')],
      });
      expect(namesOf(await held())).not.toContain('This month');
      const created = await call('create_audience', {
        name: 'This month',
        query: queryOf('Bike Rented'),
      });
      expect(created.error).toBeUndefined();
      const made = (await held()).find(({ name }) => name === 'This month');
      expect(sandbox.members(production, made?.id ?? '')).toHaveLength(8);
    },
  },
  {
    request: 'Create “Frequent riders”, but first tell me how many people that is.',
    tools: ['create_audience', 'create_audience'],
    args: ['--confirm', 'writes'],
    async tell(scene) {
      const { held, sandbox, expect } = scene;
      const args = { name: 'Frequent riders', query: frequent, previewFirst: true };
      const { question } = await agreed(scene, 'create_audience', args);
      expect(question).toContain('Size: 4');
      const made = (await held()).find(({ name }) => name === 'Frequent riders');
      expect(sandbox.members(production, made?.id ?? '')).toEqual(['ada', 'di', 'gil', 'kim']);
    },
  },
  {
    request: 'Copy “Weekend riders” from staging to production.',
    tools: ['list_spaces', 'find_audiences', 'copy_audience'],
    async tell({ call, held, expect }) {
      const { structured } = await call('list_spaces');
      expect(structured.spaces).toMatchObject([{ id: production }, { id: staging }]);
      const found = await call('find_audiences', { spaceId: staging, text: 'weekend riders' });
      const [id] = idsIn(found);
      const copied = await call('copy_audience', { spaceId: staging, id, toSpaceId: production });
      expect(copied.error).toBeUndefined();
      const [original] = await held(staging);
      const copy = (await held()).find(({ name }) => name === 'Weekend riders');
      const { definition, description, options, audienceType } = original ?? {};
      expect(copy).toMatchObject({ definition, description, options, audienceType });
      expect(namesOf(await held(staging))).toEqual(['Weekend riders']);
    },
  },
  {
    request: 'Make an audience like “Lyon: newsletter” for Marseille.',
    tools: ['find_audiences', 'copy_audience'],
    async tell({ call, held, expect }) {
      const [id] = idsIn(await call('find_audiences', { text: 'Lyon: newsletter' }));
      const copied = await call('copy_audience', {
        id,
        name: 'Marseille: newsletter',
        find: ['Lyon'],
        replaceWith: ['Marseille'],
      });
      expect(copied.error).toBeUndefined();
      const copy = (await held()).find(({ name }) => name === 'Marseille: newsletter');
      expect(copy?.definition.query).toBe(
        "trait('city') = 'Marseille' AND trait('plan') = 'yearly'",
      );
    },
  },
  {
    request: 'Delete all Paris audiences.',
    tools: ['find_audiences', 'change_audiences', 'change_audiences'],
    async tell(scene) {
      const { call, held, expect } = scene;
      const before = await held();
      const ids = idsIn(await call('find_audiences', { text: 'Paris' }));
      const args = { ids, action: 'remove' };
      const { question, done } = await agreed(scene, 'change_audiences', args);
      expect(question).toContain('Delete 3 audiences in the space');
      expect(question).toMatch(/"Paris: newsletter" .*"Mail tool"/);
      expect(done.structured).toMatchObject({ counts: { done: 3 }, removed: [{}, {}, {}] });
      expect(await held()).toEqual(before.filter(({ name }) => !name.startsWith('Paris')));
    },
  },
  {
    request: 'Disable all failed audiences.',
    tools: ['find_audiences', 'change_audiences', 'change_audiences'],
    failed: [idCalled('Support cases'), idCalled('Test of Ben')],
    async tell(scene) {
      const { call, held, expect } = scene;
      const isOff = async () => namesOf((await held()).filter(({ enabled }) => !enabled));
      const before = await isOff();
      const ids = idsIn(await call('find_audiences', { status: 'Failed' }));
      expect(ids).toHaveLength(2);
      const { done } = await agreed(scene, 'change_audiences', { ids, action: 'disable' });
      expect(done.structured).toMatchObject({ counts: { done: 2 } });
      expect(await isOff()).toEqual([...before, 'Support cases', 'Test of Ben'].sort());
    },
  },
  {
    request: 'Enable the spring and winter campaigns again.',
    tools: ['find_audiences', 'change_audiences', 'change_audiences'],
    async tell(scene) {
      const { call, held, expect } = scene;
      const ids = idsIn(await call('find_audiences', { text: 'campaign', enabled: false }));
      const { done } = await agreed(scene, 'change_audiences', { ids, action: 'enable' });
      expect(done.structured).toMatchObject({ counts: { done: 2 } });
      expect((await held()).filter(({ enabled }) => !enabled)).toEqual([]);
    },
  },
  {
    request: 'Disable “Yearly members”, but first tell me what depends on it.',
    tools: ['find_audiences', 'update_audience_for_space', 'update_audience_for_space'],
    async tell(scene) {
      const { call, held, expect } = scene;
      const [id = ''] = idsIn(await call('find_audiences', { text: 'yearly members', limit: 1 }));
      const tool = 'update_audience_for_space';
      const { question } = await agreed(scene, tool, { id, enabled: false });
      expect(question).toContain('Used by: "Yearly members who lapsed"');
      expect(question).toMatch(/Sent to: .*"Mail tool".*"Ads"/);
      expect((await held()).find((audience) => audience.id === id)?.enabled).toBe(false);
    },
  },
  {
    request: 'Rename “Long rides” to “Rides over an hour”.',
    tools: ['find_audiences', 'update_audience_for_space'],
    async tell({ call, held, expect }) {
      const [id = ''] = idsIn(await call('find_audiences', { text: 'long rides' }));
      const args = { id, name: 'Rides over an hour' };
      expect((await call('update_audience_for_space', args)).error).toBeUndefined();
      expect((await held()).find((audience) => audience.id === id)).toMatchObject({
        name: 'Rides over an hour',
        key: 'long_rides',
      });
    },
  },
  {
    request: 'Change “Long rides” from 60 to 90 minutes.',
    tools: ['find_audiences', 'update_audience_for_space', 'update_audience_for_space'],
    async tell(scene) {
      const { call, held, sandbox, expect } = scene;
      const found = await call('find_audiences', { text: 'long rides' });
      const [id = ''] = idsIn(found);
      // The row of the list shows the definition.
      const query = "event('Bike Rented').where( property('minutes') > 90 ).count() >= 1";
      const tool = 'update_audience_for_space';
      const { question } = await agreed(scene, tool, { id, query });
      expect(question).toContain('more than 90');
      expect((await held()).find((audience) => audience.id === id)?.definition).toMatchObject({
        query,
      });
      expect(sandbox.members(production, id)).toEqual(['ivy']);
    },
  },
  {
    request: 'Delete “Long rides” (aud_long_rides). No, wait: bring it back.',
    tools: ['change_audiences', 'change_audiences', 'create_audience'],
    async tell(scene) {
      const { call, held, sandbox, expect } = scene;
      const id = idCalled('Long rides');
      const before = (await held()).find((audience) => audience.id === id);
      const { done } = await agreed(scene, 'change_audiences', { ids: [id], action: 'remove' });
      expect(namesOf(await held())).not.toContain('Long rides');
      const [recipe] = recipesIn(done.structured.removed);
      const made = await call('create_audience', recipe);
      expect(made.error).toBeUndefined();
      const after = (await held()).find(({ name }) => name === 'Long rides');
      expect(after).toMatchObject({ definition: before?.definition, audienceType: 'USERS' });
      // The key of one that was removed is never used again.
      expect(after?.key).not.toBe(before?.key);
      expect(sandbox.members(production, after?.id ?? '')).toEqual(['ada', 'di', 'ivy']);
    },
  },
];

/** What a create takes of the audiences that a removal gives back. */
function recipesIn(removed: unknown): object[] {
  if (!Array.isArray(removed)) return [];
  return removed.map(({ name, description, enabled, query, type, targetEntity, options }) => ({
    ...{ name, description, enabled, query, type, targetEntity },
    ...options,
  }));
}
