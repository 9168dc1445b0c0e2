import { setTimeout } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { callTool, expectThat, section, show } from './story.ts';

/*
 * Drives the built server through a story of calls, as an agent would, against the embedded
 * sandbox. Ends with exit code 0 only if every step came out as expected.
 */

const client = new Client({ name: 'demo', version: '1' }, { capabilities: { elicitation: {} } });
let agrees = true;
client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
  show('The user is asked:');
  for (const line of params.message.split('\n')) show(`| ${line}`);
  show(agrees ? '→ yes' : '→ no');
  return { action: 'accept', content: { agree: agrees } };
});
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: ['dist/main.js', '--sandbox'],
    stderr: 'ignore',
  }),
);
const call = callTool.bind(null, client);

section('The server and its tools');
const { tools } = await client.listTools();
show(`${client.getServerVersion()?.name} offers ${tools.map(({ name }) => name).join(', ')}`);
expectThat('there are six tools', tools.length === 6);

section('List the audiences, page by page');
let cursor: string | undefined;
let pages = 0;
do {
  const { data } = await call('list_audiences', cursor ? { count: 5, cursor } : { count: 5 });
  for (const row of data.audiences ?? []) show(`${row.id}  ${row.status?.padEnd(9)} ${row.name}`);
  cursor = data.pagination?.next ?? undefined;
  pages += 1;
  show(
    cursor ? '… the next page' : `that is all: ${data.pagination?.totalEntries} in ${pages} pages`,
  );
} while (cursor);
expectThat('there was more than one page', pages > 1);

section('Write a definition: the check finds what is wrong, before it costs anything');
const draft = "event('Order Completed').within(90 days).cuont() >= 2";
const drafted = await call('check_audience_query', { query: draft });
const [mistake] = drafted.data.diagnostics ?? [];
show(draft);
show(`${mistake?.message} ${mistake?.help}`);
expectThat('the mistake is found, with what resolves it', mistake?.fix !== undefined);
const { start = 0, end = 0, text = '' } = mistake?.fix ?? {};
const query = draft.slice(0, start) + text + draft.slice(end);
const corrected = await call('check_audience_query', { query });
show(`corrected: ${corrected.data.explanation}`);
show(`computed: ${corrected.data.computeCadence?.type}`);
expectThat('now it is valid', corrected.data.valid === true);

section('Create the audience');
const created = await call('create_audience', {
  name: 'Repeat buyers',
  query,
  description: 'Two orders or more in a quarter',
});
const { id = '', key } = created.data.audience ?? {};
show(`${id} has the key ${key} and is ${created.data.audience?.status}`);
show(`advice: ${created.data.advice?.[0]}`);
expectThat('it was created', id !== '');

section('Read it when it has been computed: who is in it?');
const computed = await untilLive(id);
show(`${computed.data.audience?.name}: ${computed.data.explanation}`);
show(`${computed.data.audience?.size?.count} of the 2000 people in the sample`);
expectThat('it is the one that was created', computed.data.audience?.key === key);
expectThat('it has members', (computed.data.audience?.size?.count ?? 0) > 0);

section('Rehearse a change: nothing is sent');
const change = { id, query: query.replace('>= 2', '>= 3') };
const rehearsed = await call('update_audience_for_space', { ...change, dryRun: true });
const { request } = rehearsed.data.dryRun ?? {};
show(`${request?.method} ${request?.url.replace(/^.*\/spaces/, '…/spaces')}`);
show(JSON.stringify(request?.body));
expectThat('the request is shown', request?.method === 'PATCH');

section('Change it: the user has to agree to a new definition');
const changed = await call('update_audience_for_space', change);
show(`its definition is now ${changed.data.audience?.definition?.query}`);
show(`advice: ${changed.data.advice?.[0]}`);
expectThat('it was changed', changed.data.audience?.definition?.query.endsWith('3') === true);

section('Change it again at once: it is locked');
const locked = await call('update_audience_for_space', { id, name: 'Best buyers' });
show(`${locked.error?.code}: ${locked.error?.message}`);
show(`next: ${locked.error?.next}`);
expectThat('the agent is told to wait', locked.error?.code === 'conflict');

section('Ask for one that is not there');
const missing = await call('get_audience', { id: 'aud_typo' });
show(`${missing.error?.code}: ${missing.error?.message}`);
show(`next: ${missing.error?.next}`);
expectThat('the agent is told where to look', missing.error?.code === 'not_found');

section('Create it once more: it is there already');
const twice = await call('create_audience', { name: 'Repeat buyers', query });
show(`${twice.error?.code}: ${twice.error?.message}`);
expectThat('nothing is created twice', twice.error?.code === 'duplicate');

section('Create eleven at once: the quota is ten a minute, and one is spent');
const attempts = await Promise.all(
  Array.from({ length: 11 }, (_, index) =>
    call('create_audience', {
      name: `Campaign ${index + 1}`,
      query: `trait('campaign') = '${index + 1}'`,
    }),
  ),
);
const refused = attempts.filter(({ error }) => error);
show(
  `${attempts.length - refused.length} were created, ${refused.length} would have had to wait too long:`,
);
show(`${refused[0]?.error?.code}: ${refused[0]?.error?.message}`);
show(`next: ${refused[0]?.error?.next}`);
expectThat('nine went through', attempts.length - refused.length === 9);
expectThat(
  'the others were refused before anything was sent',
  refused.every(({ error }) => error?.code === 'rate_limited' && error.status === undefined),
);

section('Remove it, and the user says no');
agrees = false;
const kept = await call('remove_audience_from_space', { id });
show(`${kept.error?.code}: ${kept.error?.message}`);
expectThat('it is still there', kept.error?.code === 'declined');

section('Remove it, and the user says yes');
agrees = true;
const removed = await call('remove_audience_from_space', { id });
show(
  `${removed.data.status}: ${removed.data.audience?.name} is gone; the result still holds its definition`,
);
show(`advice: ${removed.data.advice?.[0]}`);
const gone = await call('get_audience', { id });
expectThat('it is gone', gone.error?.code === 'not_found');

await client.close();

/** Reads an audience every half second until it is Live; in the sandbox that takes some seconds. */
async function untilLive(audienceId: string) {
  for (;;) {
    const read = await call('get_audience', { id: audienceId });
    if (read.error || read.data.audience?.status === 'Live') return read;
    await setTimeout(500);
  }
}

section('Every step came out as expected');
