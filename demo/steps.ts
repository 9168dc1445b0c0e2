import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { callTool, expectThat, show } from './story.ts';

/*
 * Steps that both editions go through, to show the difference.
 */

/** Rehearses a create with an option that the editions express differently. */
export async function rehearseWithAnonymousUsers(client: Client, edition: string): Promise<void> {
  const { data } = await callTool(client, 'create_audience', {
    name: 'Window shoppers',
    query: "event('Product Viewed').within(7 days).count() >= 3",
    includeAnonymousUsers: true,
    dryRun: true,
  });
  show(`in ${data.dryRun?.edition}: ${JSON.stringify(data.dryRun?.request.body)}`);
  for (const advice of data.advice ?? []) show(`advice: ${advice}`);
  expectThat(`the body has the form of ${edition}`, data.dryRun?.edition === edition);
}

/** Creates a linked audience: users, chosen by their orders in the warehouse. */
export function createLinked(client: Client) {
  return callTool(client, 'create_audience', {
    name: 'Buyers of boots',
    type: 'linked',
    query: "entity('orders').where(property('category') = 'boots').count() >= 1",
  });
}

/** Sends eleven creates at once, and returns the outcome of each. */
export function createEleven(client: Client) {
  return Promise.all(
    Array.from({ length: 11 }, (_, index) =>
      callTool(client, 'create_audience', {
        name: `Campaign ${index + 1}`,
        query: `trait('campaign') = '${index + 1}'`,
      }),
    ),
  );
}
