import * as z from 'zod';
import type { Input, OperationName } from '../contract.ts';
import { type AudiencesError, errorEntrySchema, UnsupportedError } from '../errors.ts';
import type { Audience } from '../models/audience.ts';
import { type EditionSetting, editions, newest } from './editions.ts';
import type { Edition, EditionName, Paging, Row } from './row.ts';

/**
 * The default limit is not published; operations limited to 600 per minute are documented as below
 * it.
 */
const defaultPerMinute = 1000;

/** The form of one request: an edition and its row for the operation. */
export interface Form<Name extends OperationName> {
  edition: Edition;
  row: Row<Name>;
}

/**
 * Chooses the edition of each request. `auto` begins with that of 2024 and changes once to today's,
 * for the rest of the process, as soon as Segment shows that it uses it.
 */
export class EditionChoice {
  readonly #setting: EditionSetting;
  #current: Edition;
  /** Whether Segment has shown an audience in the form of 2024. */
  #olderShown = false;

  constructor(setting: EditionSetting) {
    this.#setting = setting;
    this.#current = editions[setting === 'auto' ? 'v1alpha' : setting];
  }

  /** The edition in force. */
  get current(): EditionName {
    return this.#current.name;
  }

  /** Whether the edition in force may still change. */
  get #open(): boolean {
    return this.#setting === 'auto' && this.#current !== newest;
  }

  /**
   * The form in which a request goes out: in the edition in force, or, while that is open, in
   * today's for what only today's can do.
   *
   * @throws {UnsupportedError} for what can't be expressed.
   */
  formOf<Name extends OperationName>(name: Name, input: Input<Name>): Form<Name> {
    const row: Row<Name> | undefined = this.#current.rows[name];
    const unsupported = row?.unsupported?.(input);
    if (row && !unsupported) return { edition: this.#current, row };
    if (this.#open && !this.#olderShown) return { edition: newest, row: newest.rows[name] };
    const what = unsupported ? `${name}: ${unsupported.what}` : name;
    throw new UnsupportedError(
      `${what} is not supported by the ${this.current} edition of the API`,
      {
        field: unsupported?.field,
        next:
          this.#setting === 'auto'
            ? 'Segment uses the older edition of its API here, so this will not work; tell the user.'
            : `${unsupported ? 'Omit it, or tell' : 'Tell'} the user that it needs today's edition of the API (SEGMENT_EDITION=v1 or auto, --edition).`,
      },
    );
  }

  /**
   * How a list is read in pages. As long as Segment has not shown its edition, the pages have a size that
   * today's accepts, too: several lists that begin at once would all be refused.
   */
  pagingOf<Name extends OperationName>(name: Name): Paging<Name> | undefined {
    const current: Row<Name> | undefined = this.#current.rows[name];
    const isUnknown = this.#open && !this.#olderShown;
    return isUnknown ? newest.rows[name].paging : current?.paging;
  }

  /** Requests per minute with which the gate of an operation starts. */
  startPerMinute(name: OperationName): number {
    const stated = this.#current.rows[name] ?? newest.rows[name];
    return stated.perMinute ?? defaultPerMinute;
  }

  /** Learns from audiences that Segment returned; true if that changed the edition. */
  observe(audiences: readonly Audience[]): boolean {
    const shown = editionShownBy(audiences);
    if (shown === newest.name) return this.change();
    this.#olderShown ||= shown !== undefined;
    return false;
  }

  /**
   * The form in which to resend a request that Segment refused, if the refusal shows that Segment
   * uses today's edition: nothing has been written then.
   */
  otherForm<Name extends OperationName>(
    name: Name,
    { edition }: Form<Name>,
    refusal: AudiencesError,
  ): Form<Name> | undefined {
    // Another request may have changed the edition while this one was in progress in the old form.
    const mayChange = this.#setting === 'auto' && edition !== newest;
    const showsNewer = mayChange && fieldsOfToday(refusal).length > 0;
    return showsNewer ? { edition: newest, row: newest.rows[name] } : undefined;
  }

  /**
   * The error for what only today's edition can do, if Segment refused that edition before it had
   * shown that it uses it; undefined if a refusal means something else.
   */
  asUnsupported<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    { edition, row: { path } }: Form<Name>,
    refusal: AudiencesError,
  ): UnsupportedError | undefined {
    const isAhead = edition !== this.#current && this.#open;
    if (!isAhead || !statusesOfUnknownEdition.includes(refusal.facts.status ?? 0)) return undefined;
    const row: Row<Name> | undefined = this.#current.rows[name];
    // If the older edition has no such operation, a 404 may be about what the path names.
    const namesMore = path.replace('{spaceId}', '').includes('{');
    if (!row && namesMore && refusal.facts.status === 404) return undefined;
    const unsupported = row?.unsupported?.(input);
    return new UnsupportedError(
      `${refusal.message} ${unsupported?.what ?? 'It'} needs the ${edition.name} edition of the API, which Segment may not support here`,
      {
        field: unsupported?.field,
        status: refusal.facts.status,
        next: row
          ? 'Check spaceId with list_audiences. If the space is there, omit this: Segment uses the older edition of its API.'
          : 'Check spaceId with list_audiences. If the space is there, Segment uses the older edition of its API, so this will not work; tell the user.',
      },
    );
  }

  /** Whether two refusals name the same fields of today's edition. */
  refusedAlike(first: AudiencesError, second: AudiencesError): boolean {
    const fields = fieldsOfToday(second);
    return fieldsOfToday(first).some((field) => fields.includes(field));
  }

  /** Uses today's edition from now on, if that was open; true if it was. */
  change(): boolean {
    if (!this.#open) return false;
    this.#current = newest;
    return true;
  }
}

/**
 * The edition that Segment uses, judged by the form of its audiences; undefined if they do not show
 * it.
 */
export function editionShownBy(audiences: readonly Audience[]): EditionName | undefined {
  if (audiences.some(({ audienceType }) => typeof audienceType === 'string')) return newest.name;
  const isOlder = audiences.some(({ definition }) => typeof definition?.type === 'string');
  return isOlder ? 'v1alpha' : undefined;
}

/** How Segment, or a stand-in, may refuse an unknown edition: this is not documented. */
const statusesOfUnknownEdition = [404, 406, 415];

const entriesSchema = z.array(errorEntrySchema);

/** The fields of a refusal that reveal today's Segment. */
function fieldsOfToday({ facts }: AudiencesError): string[] {
  if (facts.status !== 422) return [];
  const entries = entriesSchema.safeParse(facts.details).data ?? [];
  return entries.flatMap(({ field, message }) => {
    if (field === 'audienceType') return [field];
    return field === 'definition.type' && message?.includes('not allowed') ? [field] : [];
  });
}
