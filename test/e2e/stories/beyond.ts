import * as z from 'zod';
import { agreed, idsIn, type Story } from './story.ts';
import { idCalled, production } from './world.ts';

/*
 * Requests about linked audiences and computed traits, whose tools are there if they are asked for.
 */

const args = ['--toolsets', 'all'];
const createdSchema = z.object({ audience: z.object({ id: z.string() }) });

export const beyond: readonly Story[] = [
  {
    request: 'Make a linked audience of people with a cheap rental, and run it every day.',
    tools: ['create_audience', 'set_audience_schedule'],
    args,
    async tell({ call, held, read, expect }) {
      const created = await call('create_audience', {
        name: 'Cheap rentals',
        type: 'linked',
        query: "entity('rentals').where( property('price') < 2 ).count() >= 1",
      });
      expect(created.error).toBeUndefined();
      const { id } = createdSchema.parse(created.structured).audience;
      const set = await call('set_audience_schedule', { id, interval: '1d' });
      expect(set.error).toBeUndefined();
      const made = (await held()).find((audience) => audience.id === id);
      expect(made).toMatchObject({ name: 'Cheap rentals', audienceType: 'LINKED' });
      expect(await read(`/audiences/${id}/schedules`)).toMatchObject({
        audienceSchedules: [{ strategy: 'PERIODIC', config: { interval: '1d' } }],
      });
    },
  },
  {
    request: 'Run “Expensive rentals” now.',
    tools: ['find_audiences', 'run_audience', 'run_audience'],
    args,
    async tell(scene) {
      const { call, sandbox, expect } = scene;
      const [id = ''] = idsIn(await call('find_audiences', { text: 'expensive rentals' }));
      const runsOf = () => sandbox.runs(production).filter(({ audienceId }) => audienceId === id);
      const before = runsOf().length;
      const { question } = await agreed(scene, 'run_audience', { id });
      expect(question).toContain('sends its data out, which cannot be undone');
      expect(runsOf()).toHaveLength(before + 1);
    },
  },
  {
    request: 'Stop running “Expensive rentals” on a schedule.',
    tools: ['find_audiences', 'remove_audience_schedule', 'remove_audience_schedule'],
    args,
    async tell(scene) {
      const { call, read, expect } = scene;
      const [id = ''] = idsIn(await call('find_audiences', { text: 'expensive rentals' }));
      await agreed(scene, 'remove_audience_schedule', { id });
      expect(await read(`/audiences/${id}/schedules`)).toMatchObject({ audienceSchedules: [] });
    },
  },
  {
    request: 'Run “Expensive rentals” on Mondays and Thursdays at seven instead.',
    tools: ['find_audiences', 'set_audience_schedule'],
    args,
    async tell({ call, read, expect }) {
      const [id = ''] = idsIn(await call('find_audiences', { text: 'expensive rentals' }));
      expect(id).toBe(idCalled('Expensive rentals'));
      const config = { days: [1, 4], hours: [7], timezone: 'Europe/Paris' };
      const set = await call('set_audience_schedule', { id, ...config });
      expect(set.error).toBeUndefined();
      expect(await read(`/audiences/${id}/schedules`)).toMatchObject({
        audienceSchedules: [{ strategy: 'SPECIFIC_DAYS', config }],
      });
    },
  },
  {
    request: 'Compute how often each rider has ridden.',
    tools: ['create_computed_trait'],
    args,
    async tell({ call, read, sandbox, expect }) {
      const created = await call('create_computed_trait', {
        name: 'Number of rides',
        query: "event('Bike Rented').count()",
      });
      expect(created.error).toBeUndefined();
      const schema = z.object({
        computedTraits: z.array(z.looseObject({ id: z.string(), name: z.string() })),
      });
      const { computedTraits } = schema.parse(await read('/computed-traits?pagination.count=100'));
      const made = computedTraits.find(({ name }) => name === 'Number of rides');
      expect(sandbox.traitValues(production, made?.id ?? '')?.get('di')).toBe(3);
    },
  },
];
