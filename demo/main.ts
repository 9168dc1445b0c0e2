import { setTimeout } from 'node:timers/promises';
import { disableMany, findAudiences, previewDefinition } from './find-and-change.ts';
import { startSeedEdition, tellOfSeedEdition } from './seed-edition.ts';
import { createEleven, createLinked, rehearseWithAnonymousUsers } from './steps.ts';
import { callTool, expectThat, type Row, section, show, startServer } from './story.ts';

/*
 * Drives the built server through a story of calls, as an agent would, with the embedded sandbox.
 * The exit code is 0 only if every step came out as expected.
 */

let agrees = true;
const client = await startServer(['--sandbox'], () => agrees);
const call = callTool.bind(null, client);

section('The server and its tools');
const { tools } = await client.listTools();
show(`${client.getServerVersion()?.name} offers ${tools.map(({ name }) => name).join(', ')}`);
expectThat(
  'there is a tool to create audiences',
  tools.some(({ name }) => name === 'create_audience'),
);

section('List the audiences, page by page, with their sizes and how they are computed');
const listed: Row[] = [];
let cursor: string | undefined;
let pages = 0;
show('id             status    cadence   size  type      name');
do {
  const { data } = await call('list_audiences', cursor ? { count: 5, cursor } : { count: 5 });
  for (const row of data.audiences ?? []) {
    const size = row.size?.toString() ?? '–';
    const columns = [row.status.padEnd(8), (row.cadence ?? '').padEnd(8), size.padStart(4)];
    show([row.id, ...columns, row.type.padEnd(8), row.name].join('  '));
    listed.push(row);
  }
  for (const advice of data.advice ?? []) show(`advice: ${advice}`);
  cursor = data.pagination?.next ?? undefined;
  pages += 1;
  show(cursor ? '… next page' : `That is all: ${listed.length} audiences on ${pages} pages`);
} while (cursor);
expectThat('there was more than one page', pages > 1);
expectThat(
  'sizes and cadences are shown',
  listed.some(({ size, cadence }) => size && cadence),
);

section('Write a definition: the check finds the mistake before it costs anything');
const draft = "event('Order Completed').within(90 days).cuont() >= 2";
const drafted = await call('check_audience_query', { query: draft });
const [mistake] = drafted.data.diagnostics ?? [];
show(draft);
show(`${mistake?.message} ${mistake?.help}`);
expectThat('the mistake is found, with its fix', mistake?.fix !== undefined);
const { start = 0, end = 0, text = '' } = mistake?.fix ?? {};
const query = draft.slice(0, start) + text + draft.slice(end);
const corrected = await call('check_audience_query', { query });
show(`fixed: ${corrected.data.explanation}`);
show(`computed: ${corrected.data.computeCadence?.type}`);
expectThat('now it is valid', corrected.data.valid === true);

section('Create the audience, with the data of half a year');
const created = await call('create_audience', {
  name: 'Repeat buyers',
  query,
  description: 'Two orders or more in a quarter',
  includeHistoricalData: true,
  backfillEventDataDays: 180,
});
const { id = '', key } = created.data.audience ?? {};
show(`${id} has the key ${key} and is ${created.data.audience?.status}`);
show(`options: ${JSON.stringify(created.data.audience?.options)}`);
show(`advice: ${created.data.advice?.[0]}`);
expectThat('it was created', id !== '');
expectThat('it has its options', created.data.audience?.options?.backfillEventDataDays === 180);

section('Create a linked audience: users, chosen by their orders in the warehouse');
const linked = await createLinked(client);
const linkedId = linked.data.audience?.id ?? '';
show(`${linkedId} is ${linked.data.audience?.status}`);
const linkedRead = await call('get_audience', { id: linkedId });
show(`${linkedRead.data.audience?.name}: ${linkedRead.data.explanation}`);
show(`computed: ${linkedRead.data.audience?.computeCadence?.type}`);
expectThat('the linked one was created', linkedId !== '');

section('Rehearse a create: a list of external ids lets anonymous users in');
await rehearseWithAnonymousUsers(client, 'v1');

await findAudiences(client);
// The next steps take as long as the first audience takes to be computed.
const seedEdition = startSeedEdition();
await previewDefinition(client);

section('Read the first audience once it has been computed: who is in it?');
const computed = await untilLive(id);
show(`${computed.data.audience?.name}: ${computed.data.explanation}`);
show(`${computed.data.audience?.size?.count} of the 2000 people in the sample`);
expectThat('it is the one that was created', computed.data.audience?.key === key);
expectThat('it has members', (computed.data.audience?.size?.count ?? 0) > 0);

section('Rehearse a change: nothing is sent');
const change = { id, query: query.replace('>= 2', '>= 3'), filterByExternalIds: ['email'] };
const rehearsed = await call('update_audience_for_space', { ...change, dryRun: true });
const { request } = rehearsed.data.dryRun ?? {};
show(`${request?.method} ${request?.url.replace(/^.*\/spaces/, '…/spaces')}`);
show(JSON.stringify(request?.body));
expectThat('the request is shown', request?.method === 'PATCH');

section('Make the change: the user has to agree to a new definition and new options');
const changed = await call('update_audience_for_space', change);
show(`its definition is now ${changed.data.audience?.definition?.query}`);
show(`its options are now ${JSON.stringify(changed.data.audience?.options)}`);
show(`advice: ${changed.data.advice?.[0]}`);
expectThat('it was changed', changed.data.audience?.definition?.query.endsWith('3') === true);

section('Change it again right away: it is locked');
const locked = await call('update_audience_for_space', { id, name: 'Best buyers' });
show(`${locked.error?.code}: ${locked.error?.message}`);
show(`next: ${locked.error?.next}`);
expectThat('the error tells the agent to wait', locked.error?.code === 'conflict');

section('Ask for an audience that does not exist');
const missing = await call('get_audience', { id: 'aud_typo' });
show(`${missing.error?.code}: ${missing.error?.message}`);
show(`next: ${missing.error?.next}`);
expectThat('the error tells the agent where to look', missing.error?.code === 'not_found');

section('Create the same audience again: it already exists');
const twice = await call('create_audience', { name: 'Repeat buyers', query });
show(`${twice.error?.code}: ${twice.error?.message}`);
expectThat('nothing is created twice', twice.error?.code === 'duplicate');

section("Create eleven at once: today's limit is 50 a minute");
const attempts = await createEleven(client);
const passed = attempts.filter(({ error }) => !error).length;
show(`all ${passed} were created`);
expectThat('all went through', passed === attempts.length);

await disableMany(client);

section('Remove the audience: the user says no');
agrees = false;
const kept = await call('remove_audience_from_space', { id });
show(`${kept.error?.code}: ${kept.error?.message}`);
expectThat('it is still there', kept.error?.code === 'declined');

section('Remove the audience: the user says yes');
agrees = true;
const removed = await call('remove_audience_from_space', { id });
const { status, audience } = removed.data;
show(`${status}: ${audience?.name} is gone; the result still holds its definition`);
show(`advice: ${removed.data.advice?.[0]}`);
const gone = await call('get_audience', { id });
expectThat('it is gone', gone.error?.code === 'not_found');
await client.close();

await tellOfSeedEdition(await seedEdition);

section('Every step came out as expected');

/** Reads an audience until it is Live; in the sandbox that takes some seconds. */
async function untilLive(audienceId: string) {
  for (;;) {
    const read = await call('get_audience', { id: audienceId });
    if (read.error || read.data.audience?.status === 'Live') return read;
    await setTimeout(200);
  }
}
