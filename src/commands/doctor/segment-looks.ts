import { baseUrls, type Config } from '../../config/config.ts';
import type { SegmentApi } from '../../segment/api.ts';
import type { CallContext } from '../../segment/call.ts';
import type { Input, OperationName, Output } from '../../segment/contract.ts';
import type { EditionSetting } from '../../segment/editions/editions.ts';
import { AudiencesError } from '../../segment/errors.ts';
import type { Redactor } from '../../text/redact.ts';
import type { DoctorMachine } from './machine.ts';

/** The result of a request to Segment. */
export type Look<Name extends OperationName> = { kind: 'there'; output: Output<Name> } | NoLook;

/** A request that failed. */
export interface NoLook {
  kind: 'error';
  error: AudiencesError;
  /** How long it took, in milliseconds. */
  lastedMs: number;
}

export type Region = keyof typeof baseUrls;

/**
 * How long each request may take, in milliseconds; together they leave time for the other checks.
 */
const maxMs = { workspace: 3000, otherRegion: 2000, list: 3000, space: 1500 };

/** The offset of the server's clock from ours. */
interface ClockSkew {
  /** Milliseconds; negative if the server's clock is behind. */
  aheadMs: number;
}

/**
 * The doctor's requests to Segment: each is made once, when first needed, and not retried. None
 * waits for quota.
 */
export class SegmentLooks {
  readonly config: Config;
  /** The configured edition. */
  readonly edition: EditionSetting;
  /** The region whose address is used; undefined for a custom address, and for the sandbox. */
  readonly region: Region | undefined;
  readonly #machine: DoctorMachine;
  readonly #redactor: Redactor;
  readonly #endsAt: number;
  readonly #over = new AbortController();
  readonly #opened: SegmentApi[] = [];
  #api: SegmentApi | undefined;
  #workspace: Promise<Look<'get_workspace'>> | undefined;
  #other: Promise<Region | undefined> | undefined;
  #audiences: Promise<Look<'list_audiences'>> | undefined;
  #skew: ClockSkew | undefined;

  /** @param endsAt when all checks must be over, on the monotonic clock. */
  constructor(config: Config, machine: DoctorMachine, redactor: Redactor, endsAt: number) {
    // These operations exist today, whatever edition is set for audiences.
    const edition = config.edition === 'v1alpha' ? 'auto' : config.edition;
    this.config = { ...config, edition };
    this.edition = config.edition;
    this.#machine = machine;
    this.#redactor = redactor;
    this.#endsAt = endsAt;
    this.region = regionOf(config);
  }

  /** The space that is checked; undefined if none is set. */
  get space(): string | undefined {
    return this.config.space ?? this.config.policy.allowedSpaces?.[0];
  }

  /**
   * The offset of the server's clock in its last response; undefined if it did not report its time.
   */
  get skew(): ClockSkew | undefined {
    return this.#skew;
  }

  workspace(): Promise<Look<'get_workspace'>> {
    this.#workspace ??= this.#look(this.#own(), 'get_workspace', {}, maxMs.workspace);
    return this.#workspace;
  }

  /** The other region, if it accepts the token. */
  regionOfToken(): Promise<Region | undefined> {
    this.#other ??= this.#lookElsewhere();
    return this.#other;
  }

  audiences(spaceId: string): Promise<Look<'list_audiences'>> {
    this.#audiences ??= this.#look(
      this.#own(),
      'list_audiences',
      { spaceId, count: 1 },
      maxMs.list,
    );
    return this.#audiences;
  }

  oneSpace(spaceId: string): Promise<Look<'get_space'>> {
    return this.#look(this.#own(), 'get_space', { spaceId }, maxMs.space);
  }

  /** How many more lists of audiences the quota allows now. */
  left(): Promise<number> {
    return this.#own().left('list_audiences');
  }

  /** Aborts all requests in flight. */
  async close(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#opened.map((api) => api.close()));
  }

  #own(): SegmentApi {
    this.#api ??= this.#open(this.config);
    return this.#api;
  }

  #open(config: Config): SegmentApi {
    const api = this.#machine.connect(config, this.#redactor);
    this.#opened.push(api);
    return api;
  }

  async #lookElsewhere(): Promise<Region | undefined> {
    const { target } = this.config;
    if (target.kind !== 'live' || this.region === undefined) return undefined;
    const other = this.region === 'us' ? 'eu' : 'us';
    const api = this.#open({ ...this.config, target: { ...target, baseUrl: baseUrls[other] } });
    const look = await this.#look(api, 'get_workspace', {}, maxMs.otherRegion);
    return look.kind === 'there' ? other : undefined;
  }

  async #look<Name extends OperationName>(
    api: SegmentApi,
    name: Name,
    input: Input<Name>,
    ms: number,
  ): Promise<Look<Name>> {
    const { clock } = this.#machine;
    const now = clock.monotonic();
    const startedAt = clock.now();
    const call: CallContext = {
      signal: this.#over.signal,
      deadline: now,
      endsAt: Math.min(now + ms, this.#endsAt),
      onWait() {},
      onNotice() {},
      onResponse: ({ date }) => {
        const theirs = Date.parse(date ?? '');
        const ours = (startedAt + clock.now()) / 2;
        // The header has whole seconds, rounded down.
        if (!Number.isNaN(theirs)) this.#skew = { aheadMs: theirs + 500 - ours };
      },
    };
    try {
      return { kind: 'there', output: await api.send(name, input, call) };
    } catch (error) {
      if (!(error instanceof AudiencesError)) throw error;
      return { kind: 'error', error, lastedMs: clock.monotonic() - now };
    }
  }
}

function regionOf({ target }: Config): Region | undefined {
  if (target.kind !== 'live') return undefined;
  if (target.baseUrl === baseUrls.us) return 'us';
  return target.baseUrl === baseUrls.eu ? 'eu' : undefined;
}
