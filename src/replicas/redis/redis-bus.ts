import * as z from 'zod';
import type { Bus, BusMessage } from '../bus.ts';
import type { RedisLink } from './link.ts';
import { prefix } from './names.ts';

const channel = `${prefix}:bus`;

const common = {
  v: z.literal(1),
  /** The replica that sent it. */
  from: z.string(),
  caller: z.string(),
  session: z.string(),
};

const messageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('answer'),
    id: z.string(),
    response: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('cancel'),
    requestId: z.union([z.string(), z.number()]),
  }),
]);

/** Carries messages over a channel of Redis. */
export class RedisBus implements Bus {
  readonly #link: RedisLink;
  readonly #instance: string;

  /** @param instance unique among replicas. */
  constructor(link: RedisLink, instance: string) {
    this.#link = link;
    this.#instance = instance;
  }

  async publish(message: BusMessage): Promise<void> {
    const text = JSON.stringify({ ...message, from: this.#instance });
    await this.#link.send('PUBLISH', channel, text).catch(() => {});
  }

  subscribe(receive: (message: BusMessage) => void): void {
    this.#link.subscribe(channel, (text) => {
      const { data } = messageSchema.safeParse(parseJson(text));
      if (!data) return;
      const { from, ...message } = data;
      if (from !== this.#instance) receive(message);
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
