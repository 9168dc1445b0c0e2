import type { Redis } from 'ioredis';
import { type Clock, every } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { StoreGoneError } from '../store.ts';

/** How long Redis may take to answer; a busy machine takes more than 250 ms at times. */
const commandTimeoutMs = 500;
/** How long nothing is tried after a failure, so that calls do not wait for what is gone. */
const breakerMs = 1000;
const connectTimeoutMs = 3000;
const maxReconnectMs = 1000;
/** After this many failures in a row, a connection is considered dead although nobody closed it. */
const maxFailures = 5;
/** How often Redis is looked at while it answers. */
const lookEveryMs = 5000;

/** What a connection with Redis is made of. */
export interface LinkOptions {
  /** As `redis://` or `rediss://`; it may hold a password. */
  url: string;
  /** Shown in Redis's list of clients. */
  name: string;
  clock: Clock;
  log: Log;
  /** What is run to find out whether Redis answers. @throws {StoreGoneError} */
  look: (link: RedisLink) => Promise<unknown>;
}

/**
 * The connections with Redis: one for commands, one for messages. Nothing waits for a connection: a
 * command fails at once where there is none, and for a second after one has failed.
 */
export class RedisLink {
  readonly #options: LinkOptions;
  readonly #commands: Redis;
  readonly #messages: Redis;
  readonly #receivers = new Map<string, ((text: string) => void)[]>();
  readonly #back: (() => void)[] = [];
  #brokenUntil = Number.NEGATIVE_INFINITY;
  /** Undefined until the first command. */
  #isUp: boolean | undefined;
  /** Why there is no connection for commands; its message holds an address at most. */
  #connectionError: Error | undefined;
  #isClosed = false;
  #looks = 0;
  #failures = 0;
  #stopLooking = () => {};

  private constructor(options: LinkOptions, commands: Redis, messages: Redis) {
    this.#options = options;
    this.#commands = commands;
    this.#messages = messages;
    // Without a listener, ioredis writes errors to the console; what they mean is seen by commands.
    commands.on('error', (error: Error) => {
      this.#connectionError = error;
    });
    messages.on('error', () => {});
    messages.on('message', (channel: string, text: string) => {
      for (const receive of this.#receivers.get(channel) ?? []) receive(text);
    });
    messages.on('ready', () => void this.#resubscribe());
    commands.on('ready', () => {
      this.#brokenUntil = Number.NEGATIVE_INFINITY;
      this.#connectionError = undefined;
      void this.#look();
    });
  }

  /** Connects; resolves once that is done or has failed, and goes on trying then. */
  static async open(options: LinkOptions): Promise<RedisLink> {
    // Loaded only here: 50 ms that a server without Redis need not wait.
    const ioredis = await import('ioredis');
    const connection = (name: string) =>
      new ioredis.Redis(options.url, {
        lazyConnect: true,
        connectionName: name,
        connectTimeout: connectTimeoutMs,
        commandTimeout: commandTimeoutMs,
        enableOfflineQueue: false,
        // A command whose fate is unknown must not be sent again behind our back.
        autoResendUnfulfilledCommands: false,
        maxRetriesPerRequest: 0,
        autoResubscribe: false,
        retryStrategy: (times) => Math.min(50 * times, maxReconnectMs),
        // A primary that became a replica refuses writes until we connect to the new one.
        reconnectOnError: ({ message }) => message.startsWith('READONLY'),
      });
    const [commands, messages] = [connection(options.name), connection(`${options.name}-messages`)];
    const link = new RedisLink(options, commands, messages);
    await Promise.allSettled([commands.connect(), messages.connect()]);
    await link.#look();
    link.#stopLooking = every(options.clock, breakerMs, () => link.#lookAgain());
    return link;
  }

  /** Whether the last command was answered. */
  get isUp(): boolean {
    return this.#isUp ?? false;
  }

  /** Sends a command. @throws {StoreGoneError} if it is not answered, or refused. */
  async send(command: string, ...args: (string | number)[]): Promise<unknown> {
    const { clock } = this.#options;
    if (this.#isClosed || clock.monotonic() < this.#brokenUntil) throw new StoreGoneError();
    try {
      const reply = await this.#commands.call(command, ...args);
      this.#brokenUntil = Number.NEGATIVE_INFINITY;
      this.#failures = 0;
      this.#found(true);
      return reply;
    } catch (error) {
      this.#brokenUntil = clock.monotonic() + breakerMs;
      this.#found(false, error);
      this.#countFailure();
      throw new StoreGoneError();
    }
  }

  #countFailure(): void {
    this.#failures += 1;
    if (this.#failures < maxFailures || this.#commands.status !== 'ready') return;
    this.#failures = 0;
    this.#commands.disconnect(true);
  }

  /** Runs a script on one key, in one step. @throws {StoreGoneError} */
  run(script: string, key: string, ...args: (string | number)[]): Promise<unknown> {
    return this.send('EVAL', script, 1, key, ...args);
  }

  /** @param receive gets what is published on a channel from now on, while there is a connection. */
  subscribe(channel: string, receive: (text: string) => void): void {
    const known = this.#receivers.get(channel);
    this.#receivers.set(channel, [...(known ?? []), receive]);
    if (!known && this.#messages.status === 'ready') {
      this.#messages.subscribe(channel).catch(() => this.#messages.disconnect(true));
    }
  }

  /** Calls `back` when Redis answers again, or messages may have been missed. */
  onReturn(back: () => void): void {
    this.#back.push(back);
  }

  /** Ends both connections. */
  close(): void {
    this.#isClosed = true;
    this.#stopLooking();
    this.#commands.disconnect();
    this.#messages.disconnect();
  }

  async #resubscribe(): Promise<void> {
    const channels = [...this.#receivers.keys()];
    try {
      if (channels.length > 0) await this.#messages.subscribe(...channels);
    } catch {
      this.#messages.disconnect(true);
      return;
    }
    this.#tellReturn();
  }

  /** Every second while Redis is gone, else every few seconds. */
  #lookAgain(): void {
    this.#looks += 1;
    const isDue = (this.#looks * breakerMs) % lookEveryMs === 0;
    if (isDue || !this.isUp) void this.#look();
    // A connection that is silently dead would bring no more messages.
    if (isDue && this.#messages.status === 'ready')
      this.#messages.ping().catch(() => this.#messages.disconnect(true));
  }

  async #look(): Promise<void> {
    if (this.#isClosed) return;
    await this.#options.look(this).catch(() => {});
  }

  #found(isUp: boolean, error?: unknown): void {
    if (isUp === this.#isUp || this.#isClosed) return;
    const wasUp = this.#isUp;
    this.#isUp = isUp;
    const { log } = this.#options;
    if (!isUp) {
      const cause = this.#connectionError ?? error;
      const because = cause instanceof Error ? cause.message : String(cause);
      log('warn', 'Redis does not answer: each replica goes by its own share of the limits', {
        because,
      });
      return;
    }
    log('info', wasUp === false ? 'Redis answers again' : 'Redis answers');
    if (wasUp === false) this.#tellReturn();
  }

  #tellReturn(): void {
    for (const back of this.#back) back();
  }
}
