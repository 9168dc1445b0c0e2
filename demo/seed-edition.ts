import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { createEleven, createLinked, rehearseWithAnonymousUsers } from './steps.ts';
import { expectThat, section, show, startServer } from './story.ts';

const args = ['--sandbox', '--edition', 'v1alpha'];

/** Starts the server of this chapter. */
export function startSeedEdition(): Promise<Client> {
  return startServer(args);
}

/** The chapter on the edition of 2024: how its requests differ, what it lacks, what it limits. */
export async function tellOfSeedEdition(client: Client): Promise<void> {
  section(`The edition of 2024: a second server, started with '${args.join(' ')}'`);
  await rehearseWithAnonymousUsers(client, 'v1alpha');

  show('A linked audience:');
  const linked = await createLinked(client);
  show(`${linked.error?.code}, field ${linked.error?.field}: ${linked.error?.message}`);
  show(`next: ${linked.error?.next}`);
  expectThat('this edition has no linked audiences', linked.error?.code === 'unsupported');

  show('Eleven creates at once, with a limit of ten a minute:');
  const attempts = await createEleven(client);
  const refused = attempts.flatMap(({ error }) => error ?? []);
  const created = attempts.length - refused.length;
  show(`${created} were created; ${refused.length} was rejected before anything was sent`);
  show(`${refused[0]?.code}: ${refused[0]?.message}`);
  show(`next: ${refused[0]?.next}`);
  expectThat('ten went through', created === 10);
  expectThat(
    'the other was rejected before it was sent',
    refused.every(({ code, status }) => code === 'rate_limited' && status === undefined),
  );
  await client.close();
}
