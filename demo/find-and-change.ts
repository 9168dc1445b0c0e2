import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { callTool, expectThat, section, show } from './story.ts';

/*
 * The chapters on finding, previewing and bulk changes.
 */

/** Answers questions about the whole space, each in one call. */
export async function findAudiences(client: Client): Promise<void> {
  section('Ask about the whole space: how many audiences are disabled, and which are the largest?');
  const off = await callTool(client, 'find_audiences', { enabled: false, countOnly: true });
  show(`${off.data.matches} are disabled`);
  expectThat('some are disabled', (off.data.matches ?? 0) > 0);
  const largest = await callTool(client, 'find_audiences', {
    sort: 'size',
    order: 'desc',
    limit: 3,
  });
  for (const row of largest.data.audiences ?? []) show(`${row.size} in ${row.name}`);
  expectThat('the three largest are found', largest.data.audiences?.length === 3);
}

/** Sizes a definition without creating anything. */
export async function previewDefinition(client: Client): Promise<void> {
  section('Preview a definition: how many people match? Nothing is created');
  const query = "event('Product Viewed').within(7 days).count() >= 5";
  const { data } = await callTool(client, 'preview_audience', { query });
  show(`${data.explanation}`);
  show(`${data.size?.count} members; previews of this month: ${data.quota?.usedThisMonth} of 700`);
  expectThat('it has a size', (data.size?.count ?? 0) > 0);
}

/** Disables several audiences under one agreement. */
export async function disableMany(client: Client): Promise<void> {
  section('Disable all Leeds audiences: one question, one agreement');
  const found = await callTool(client, 'find_audiences', { text: 'Leeds' });
  const ids = found.data.audiences?.map(({ id }) => id) ?? [];
  const { data } = await callTool(client, 'change_audiences', { ids, action: 'disable' });
  const outcomes = Object.entries(data.counts ?? {}).filter(([, count]) => count > 0);
  show(outcomes.map(([outcome, count]) => `${count} ${outcome}`).join(', '));
  const changed = (data.counts?.done ?? 0) + (data.counts?.unchanged ?? 0);
  expectThat('all of them are disabled', ids.length > 1 && changed === ids.length);
}
