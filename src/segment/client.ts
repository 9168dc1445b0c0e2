import { unobserved } from '../telemetry/observer.ts';
import type { DrainScope, RequestPreview, SegmentApi, Write } from './api.ts';
import { withoutEndSlashes } from './base-url.ts';
import { briefly, type CallContext, logOf, withSignal } from './call.ts';
import { audiencesIn, type Input, type OperationName, type Output, spaceIn } from './contract.ts';
import { EditionChoice, type Form } from './editions/choice.ts';
import { type EditionSetting, isWrite, newest } from './editions/editions.ts';
import type { Edition, Finding, Look } from './editions/row.ts';
import {
  AudiencesError,
  CancelledError,
  isSegmentsWord,
  MeaningChangedError,
  RefusedError,
  UnsentError,
  UnsupportedError,
} from './errors.ts';
import { Features } from './features.ts';
import { HttpPool } from './http.ts';
import { PageReader } from './pages.ts';
import { assertAllowed, type Policy } from './policy.ts';
import type { Gate } from './quota/gate.ts';
import { Gates } from './quota/gates.ts';
import type { CreateQuota } from './quota/quota.ts';
import { type MadeRequest, requestOf } from './request.ts';
import { Sender, type SenderOptions } from './sender.ts';
import { Drain } from './wait.ts';

export interface SegmentClientOptions extends SenderOptions {
  /** Such as `https://api.segmentapis.com`. */
  baseUrl: string;
  /** The Public API token, which goes only into the Authorization header. */
  token: string;
  /** Name and version of this program. */
  userAgent: string;
  edition: EditionSetting;
  /** Fixed requests per minute, which override the reference and Segment's responses. */
  perMinute: Readonly<Partial<Record<OperationName, number>>>;
  /** Makes the quota of an operation; by default one that this process has for itself. */
  createQuota?: CreateQuota;
  /** What is allowed at all. */
  policy: Policy;
}

/** How much longer a refused call may take to find out what the refusal means. */
const maxLookMs = 3000;

/**
 * Segment's Public API over HTTP: what may be sent, in which edition and how many pages, and what a
 * refusal says about edition and features. `Sender` sends each request.
 */
export class SegmentClient implements SegmentApi {
  readonly #options: SegmentClientOptions;
  readonly #http: HttpPool;
  readonly #gates: Gates;
  readonly #editions: EditionChoice;
  readonly #pages = new PageReader();
  /** Aborted when no request of that kind may wait anymore. */
  readonly #drains = { reads: new Drain(), writes: new Drain() };
  readonly #features: Features;
  readonly #sender: Sender;

  constructor(options: SegmentClientOptions) {
    this.#options = options;
    this.#http = new HttpPool(options.baseUrl, options.timeoutMs, options.clock, options.proxy);
    const { clock, perMinute: fixedPerMinute, createQuota } = options;
    this.#gates = new Gates({ clock, fixedPerMinute, createQuota });
    this.#editions = new EditionChoice(options.edition);
    this.#features = new Features(options.clock);
    this.#sender = new Sender(options, {
      http: this.#http,
      gate: (name) => this.#gate(name),
      drain: (name) => this.#drains[isWrite(name) ? 'writes' : 'reads'],
    });
    const { workspace, observer } = options.observed ?? unobserved;
    observer.quotasOf(workspace, () => this.#gates.readings());
  }

  async send<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>> {
    const { row } = this.#allowedForm(name, input);
    if (!row.paging) return this.#sendOne(name, input, call);
    const paging = row.paging;
    return this.#pages.read(name, () => this.#editions.pagingOf(name) ?? paging, input, {
      foresee: (requests) => this.#gate(name).foresee(this.#sender.inTime(name, call), requests),
      send: (page) => this.#sendOne(name, page, call),
    });
  }

  async preview<Name extends OperationName>(write: Write<Name>): Promise<RequestPreview> {
    const form = this.#allowedForm(write.operation, write.input);
    return this.#shown(form, requestOf(form, write.input, this.#options));
  }

  async foresee(name: OperationName, spaceId: string, call: CallContext): Promise<void> {
    assertAllowed(this.#options.policy, name, newest.rows[name], spaceId);
    this.#gate(name).foresee(this.#sender.inTime(name, call));
  }

  async left(name: OperationName): Promise<number> {
    return this.#gate(name).left();
  }

  drain(scope: DrainScope): void {
    this.#drains.writes.end();
    if (scope === 'all') this.#drains.reads.end();
    this.#gates.drain((operation) => scope === 'all' || isWrite(operation));
  }

  async close(): Promise<void> {
    this.drain('all');
    await this.#http.close();
  }

  #allowedForm<Name extends OperationName>(name: Name, input: Input<Name>): Form<Name> {
    assertAllowed(this.#options.policy, name, newest.rows[name], spaceIn(input));
    const form = this.#editions.formOf(name, input);
    this.#features.assertNotMissing(name, form.row, input);
    return form;
  }

  /** One request, in the edition that Segment turns out to use. */
  async #sendOne<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>> {
    const form = this.#allowedForm(name, input);
    assertSameMeaning(name, form, input, call);
    try {
      return await this.#sendInForm(name, form, input, call);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const other = this.#editions.otherForm(name, form, error);
      if (other) return this.#sendOnceMore(name, other, input, call, error);
      throw (
        this.#editions.asUnsupported(name, input, form, error) ??
        (await this.#lackShownBy(name, input, form, error, call)) ??
        error
      );
    }
  }

  /** @param first the refusal that showed that Segment uses the edition of `form`. */
  async #sendOnceMore<Name extends OperationName>(
    name: Name,
    form: Form<Name>,
    input: Input<Name>,
    call: CallContext,
    first: RefusedError,
  ): Promise<Output<Name>> {
    try {
      assertSameMeaning(name, form, input, call);
      const output = await this.#sendInForm(name, form, input, call);
      this.#announce(this.#editions.change(), call);
      return output;
    } catch (error) {
      if (error instanceof RefusedError && this.#editions.refusedAlike(first, error)) throw first;
      this.#announce(this.#editions.change(), call);
      throw error instanceof UnsentError ? error.afterAttempts(refusedInOtherForm) : error;
    }
  }

  async #sendInForm<Name extends OperationName>(
    name: Name,
    form: Form<Name>,
    input: Input<Name>,
    call: CallContext,
  ): Promise<Output<Name>> {
    const made = requestOf(form, input, this.#options);
    call.onRequest?.(this.#shown(form, made));
    const output = await this.#sender.send({
      name,
      form,
      input,
      request: made.request,
      call,
      look: () => this.#lookBy(withSignal(call, call.signal)),
    });
    this.#features.found(name, form.row, input);
    this.#announce(this.#editions.observe(audiencesIn(output)), call);
    return output;
  }

  /** A request without the token. */
  #shown({ edition }: { edition: Edition }, { request, body }: MadeRequest): RequestPreview {
    const { authorization, ...headers } = request.headers;
    const url = `${withoutEndSlashes(this.#options.baseUrl)}${request.path}`;
    return { edition: edition.name, method: request.method, url, headers, body };
  }

  /** Announces once that the edition changed. */
  #announce(changed: boolean, call: CallContext): void {
    if (!changed) return;
    const edition = this.#editions.current;
    logOf(this.#options.log, call)('info', 'edition changed', { edition });
    call.onNotice(
      `Segment uses the ${edition} edition of its API here, and from now on so does this server. It has more options (see the inputs of create_audience) and higher limits.`,
    );
  }

  #lackShownBy<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    { row }: Form<Name>,
    refusal: RefusedError,
    call: CallContext,
  ): Promise<UnsupportedError | undefined> {
    const brief = briefly(call, this.#options.clock.monotonic(), maxLookMs);
    return this.#features.lackShownBy(name, row, input, { refusal, look: this.#lookBy(brief) });
  }

  /** Looks at what can be read. */
  #lookBy(call: CallContext): Look {
    return async (read, asked) => {
      try {
        return { kind: 'there', output: await this.#sendOne(read, asked, call) };
      } catch (error) {
        return findingOf(error);
      }
    };
  }

  #gate(name: OperationName): Gate {
    return this.#gates.gate(name, this.#editions.startPerMinute(name));
  }
}

const refusedInOtherForm =
  'It was sent in the form of a different edition, which Segment refused; nothing was changed.';

/** The finding of a check without output: only Segment itself can say that something is missing. */
function findingOf(error: unknown): Finding<never> {
  if (!(error instanceof AudiencesError) || error instanceof CancelledError) throw error;
  if (error instanceof UnsupportedError) return { kind: 'lacking' };
  const isMissing = error.code === 'not_found' && isSegmentsWord(error);
  return { kind: isMissing ? 'missing' : 'unclear' };
}

/**
 * @throws {MeaningChangedError} if the user agreed to something other than what `form` would send.
 */
function assertSameMeaning<Name extends OperationName>(
  name: Name,
  { edition, row }: Form<Name>,
  input: Input<Name>,
  { agreedIn = edition.name }: CallContext,
): void {
  if (agreedIn !== edition.name && row.changesMeaning?.(input)) throw new MeaningChangedError(name);
}
