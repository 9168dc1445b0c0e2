import { afterEach, beforeEach } from 'vitest';
import * as z from 'zod';
import {
  type Fault,
  type LogEntry,
  type Sandbox,
  type SandboxEdition,
  type SandboxOptions,
  start,
} from '../../src/sandbox/start.ts';
import { ManualClock } from './manual-clock.ts';
import { headersOf, type RawAnswer, rawRequest } from './raw-http.ts';
import { sharedPeople } from './shared-people.ts';

/** The path of the audiences of the first space. */
export const space = '/spaces/spa_shop_production/audiences';
export const firstPage = `${space}?pagination.count=1000`;
export const definition = { query: "trait('x') = 1", type: 'users' };

/** A body that an edition takes, and no more than it wants. */
const proper: Record<SandboxEdition, object> = {
  v1: { name: 'N', audienceType: 'USERS', definition: { query: definition.query } },
  v1alpha: { name: 'N', definition },
};

/** A sandbox of its own for every test of a file, on a clock that is moved by hand. */
export class SandboxPerTest {
  clock = new ManualClock();
  log: LogEntry[] = [];
  /** What goes wrong with every request. */
  fault: Fault | undefined;
  readonly #edition: SandboxEdition;
  #sandbox: Sandbox | undefined;

  /** @param options `v1alpha` in the seed's form is the edition by default. */
  constructor(options: Pick<SandboxOptions, 'edition' | 'seeds' | 'seed' | 'limits'> = {}) {
    this.#edition = options.edition ?? 'v1alpha';
    beforeEach(async () => {
      this.clock = new ManualClock();
      this.log = [];
      this.fault = undefined;
      this.#sandbox = await start({
        ...options,
        edition: this.#edition,
        people: sharedPeople,
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

  /** One request, in the media type of the sandbox's edition unless `more` says otherwise. */
  ask = (method: string, path: string, more: Parameters<typeof rawRequest>[3] = {}) =>
    rawRequest(this.sandbox.url, method, path, { headers: headersOf(this.#edition), ...more });

  create = (more: object = {}, headers = headersOf(this.#edition)) =>
    this.ask('POST', space, { headers, body: { ...proper[this.#edition], ...more } });
}

const audienceSchema = z.looseObject({ id: z.string(), key: z.string(), status: z.string() });
const oneSchema = z.object({ data: z.object({ audience: audienceSchema }) });
const pageSchema = z.object({
  data: z.object({
    audiences: z.array(audienceSchema),
    pagination: z.object({
      current: z.string(),
      next: z.string().nullish(),
      previous: z.string().nullish(),
      totalEntries: z.number(),
    }),
  }),
});

export const audienceOf = ({ body }: RawAnswer) => oneSchema.parse(body).data.audience;
export const pageOf = ({ body }: RawAnswer) => pageSchema.parse(body).data;
