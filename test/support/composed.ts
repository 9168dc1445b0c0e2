import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import * as z from 'zod';
import { compose, type Program } from '../../src/compose.ts';
import { type Flags, readConfig } from '../../src/config/config.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import { createProcessServices } from '../../src/services.ts';
import { Changes } from './changes.ts';
import { type Answering, createClient } from './in-memory.ts';
import type { ManualClock } from './manual-clock.ts';
import type { PassingTime } from './passing-time.ts';

/** The whole program in this process, with everything that ever leaves it. */
export interface Composed extends AsyncDisposable {
  client: Client;
  program: Program;
  /** Opens a further session of the program, with a client of its own. */
  connect(answering?: Answering): Promise<Client>;
  /** The lines of its log. */
  log: string[];
  /** Resolves when the log holds a text. */
  logged(text: string): Promise<void>;
  /** The JSON-RPC messages that it sent. */
  sent: string[];
  /** The text of its audit log. */
  audit(): string;
}

const retrySchema = z.object({ message: z.literal('trying again'), pauseMs: z.number() });

/**
 * @param time is told whenever the program pauses before a retry.
 * @param answering how the client's user answers; without it the client can't ask.
 */
export async function startComposed(
  flags: Flags & { 'audit-log'?: string },
  environment: Record<string, string>,
  { clock, time, answering }: { clock: ManualClock; time?: PassingTime; answering?: Answering },
): Promise<Composed> {
  const log: string[] = [];
  const changes = new Changes();
  const sent: string[] = [];
  const program = compose(
    createProcessServices(readConfig(flags, environment, [], undefined, undefined, true), {
      clock,
      random: () => 0,
      randomBytes,
      writeLog(line) {
        log.push(line);
        changes.happened();
        const retry = retrySchema.safeParse(JSON.parse(line));
        if (retry.success) time?.isWaitedFor(retry.data.pauseMs);
      },
    }),
  );
  const clients: Client[] = [];
  const connect = async (answers?: Answering) => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const send = theirs.send.bind(theirs);
    theirs.send = (message, options) => {
      sent.push(JSON.stringify(message));
      return send(message, options);
    };
    await program.openSession(createMcpServer).server.connect(theirs);
    const client = createClient(answers);
    await client.connect(ours);
    clients.push(client);
    return client;
  };
  return {
    client: await connect(answering),
    program,
    connect,
    log,
    async logged(text) {
      await changes.until(() => log.some((line) => line.includes(text)) || undefined);
    },
    sent,
    audit() {
      const file = flags['audit-log'];
      return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '';
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close();
      await program.stop();
    },
  };
}
