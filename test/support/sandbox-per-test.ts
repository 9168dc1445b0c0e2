import { afterEach, beforeEach } from 'vitest';
import * as z from 'zod';
import { type Fault, type LogEntry, type Sandbox, start } from '../../src/sandbox/start.ts';
import { ManualClock } from './manual-clock.ts';
import { type RawAnswer, rawRequest } from './raw-http.ts';

/** The path of the audiences of the first space. */
export const space = '/spaces/spa_shop_production/audiences';
export const firstPage = `${space}?pagination.count=1000`;
export const definition = { query: "trait('x') = 1", type: 'users' };

/** A sandbox of its own for every test of a file, on a clock that is moved by hand. */
export class SandboxPerTest {
  clock = new ManualClock();
  log: LogEntry[] = [];
  /** What goes wrong with every request. */
  fault: Fault | undefined;
  #sandbox: Sandbox | undefined;

  constructor() {
    beforeEach(async () => {
      this.clock = new ManualClock();
      this.log = [];
      this.fault = undefined;
      this.#sandbox = await start({
        edition: 'v1alpha',
        clock: this.clock,
        faults: () => this.fault,
        log: (entry) => this.log.push(entry),
      });
    });
    afterEach(() => this.#sandbox?.close());
  }

  get sandbox(): Sandbox {
    if (!this.#sandbox) throw new Error('There is a sandbox only while a test runs');
    return this.#sandbox;
  }

  ask = (method: string, path: string, more?: Parameters<typeof rawRequest>[3]) =>
    rawRequest(this.sandbox.url, method, path, more);

  create = (more: object = {}) =>
    this.ask('POST', space, { body: { name: 'N', definition, ...more } });
}

const audienceSchema = z.looseObject({ id: z.string(), key: z.string(), status: z.string() });
const oneSchema = z.object({ data: z.object({ audience: audienceSchema }) });
const pageSchema = z.object({
  data: z.object({
    audiences: z.array(audienceSchema),
    pagination: z.object({
      current: z.string(),
      next: z.string().nullable(),
      previous: z.string().nullable(),
      totalEntries: z.number(),
    }),
  }),
});

export const audienceOf = ({ body }: RawAnswer) => oneSchema.parse(body).data.audience;
export const pageOf = ({ body }: RawAnswer) => pageSchema.parse(body).data;
