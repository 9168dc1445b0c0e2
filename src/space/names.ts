import type { Clock } from '../clock.ts';
import { nearestName } from '../nearest.ts';
import type { Collection, Level, Vocabulary } from '../query/index.ts';
import type { CallContext } from '../segment/call.ts';
import { quotedPlainly } from '../visible.ts';
import type { KnownNameLists, KnownNames, ListKind, Looking } from './known-names.ts';

/** One check makes so many requests. */
const maxRequests = 6;
/** One check takes so long, milliseconds. */
const maxCheckMs = 3000;
/** More unknown names than these would not be read. */
const maxWarnings = 10;

/** A definition whose names are to be checked. */
export interface NamesToCheck {
  spaceId: string;
  query: string;
  type: Level;
  /** The entity that is the member of a linked audience. */
  targetEntity?: string;
}

/** A name that is to be looked for in a list. */
interface Sought {
  /** What it is a name of, such as `event`. */
  what: string;
  name: string;
  /** What the property of that name belongs to, as it follows the name. */
  of?: string;
}

/** A name in a definition that the space does not know. */
interface Unknown extends Sought {
  nearest: string | undefined;
  /** When the nearest was last seen, ISO 8601. */
  lastSeenAt: string | undefined;
}

/** Checks the names in definitions against those that their space knows. */
export class NameCheck {
  readonly #lists: KnownNameLists;
  readonly #clock: Clock;

  constructor(lists: KnownNameLists, clock: Clock) {
    this.#lists = lists;
    this.#clock = clock;
  }

  /**
   * Checks the names in a definition: six requests and three seconds at most. What can't be checked
   * by then is not spoken of.
   *
   * @returns a sentence for each name that the space does not know, with the nearest that it does.
   * It never rejects.
   */
  async warningsOf(definition: NamesToCheck, call: CallContext): Promise<string[]> {
    const found: Unknown[] = [];
    const { signal } = call;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const cancelTimer = this.#clock.after(maxCheckMs, end);
    signal.addEventListener('abort', end, { once: true });
    try {
      const looking = this.#looking(call);
      const checking = new Checking(this.#lists, definition.spaceId, looking, found);
      const checked = checking.check(definition).catch(() => {});
      await Promise.race([checked, over]);
      const place = ({ name }: Unknown) => definition.query.indexOf(name);
      return found
        .toSorted((a, b) => place(a) - place(b))
        .slice(0, maxWarnings)
        .map(inWords);
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', end);
    }
  }

  #looking({ signal, endsAt, onNotice }: CallContext): Looking {
    let requests = 0;
    const until = Math.min(this.#clock.monotonic() + maxCheckMs, endsAt);
    return {
      until,
      onNotice,
      spend: () => {
        if (signal.aborted || this.#clock.monotonic() >= until) return false;
        requests += 1;
        return requests <= maxRequests;
      },
    };
  }
}

/** One check under way. */
class Checking {
  readonly #lists: KnownNameLists;
  readonly #spaceId: string;
  readonly #looking: Looking;
  readonly #found: Unknown[];

  /** @param found takes what is found, as it is found. */
  constructor(lists: KnownNameLists, spaceId: string, looking: Looking, found: Unknown[]) {
    this.#lists = lists;
    this.#spaceId = spaceId;
    this.#looking = looking;
    this.#found = found;
  }

  async check({ query, type, targetEntity }: NamesToCheck): Promise<void> {
    const { check, vocabularyOf } = await import('../query/index.ts');
    const { checked, tree } = check(query, { type });
    if (!checked) return;
    const { events, entities, traits } = vocabularyOf(tree, type);
    const slugs = new Set([
      ...entities.map(({ name }) => name),
      ...(targetEntity === undefined || targetEntity === 'profile' ? [] : [targetEntity]),
    ]);
    await Promise.all([
      this.#checkEvents(events),
      this.#checkTraits('users', traits.users),
      this.#checkTraits('accounts', traits.accounts),
      this.#checkAll({ kind: 'relationships' }, soughtIn(slugs, 'relationship')),
    ]);
  }

  async #checkEvents(events: Vocabulary['events']): Promise<void> {
    const unknown = await this.#checkAll(
      { kind: 'events' },
      soughtIn(
        events.map(({ name }) => name),
        'event',
      ),
    );
    // Where not even the list of events can be had, nothing is known of their properties either.
    const known = unknown && events.filter(({ name }) => !unknown.includes(name));
    const reading = known?.map(async ({ name: event, properties }) => {
      const of = ` of the event ${quotedPlainly(event)}`;
      await this.#checkAll({ kind: 'properties', event }, soughtIn(properties, 'property', of));
    });
    await Promise.all(reading ?? []);
  }

  /** The key of an audience is a trait, which profiles have only some time after it was made. */
  async #checkTraits(collection: Collection, names: ReadonlySet<string>): Promise<void> {
    const what =
      collection === 'users' ? 'trait or audience key' : 'trait or audience key of accounts';
    const sought = soughtIn(names, what);
    const traits = await this.#look({ kind: 'traits', collection }, sought);
    if (!traits || traits.unknown.length === 0) return;
    const keys = await this.#read({ kind: 'audience keys' });
    if (!keys?.complete) return;
    const all = { names: new Map([...keys.names, ...traits.known.names]), complete: true };
    this.#note(
      all,
      traits.unknown.filter(({ name }) => !isKnown(name, all)),
    );
  }

  /** @returns those that are unknown; undefined if that can't be told. */
  async #checkAll(
    kind: ListKind,
    sought: readonly Sought[],
  ): Promise<readonly string[] | undefined> {
    const looked = await this.#look(kind, sought);
    if (!looked) return undefined;
    this.#note(looked.known, looked.unknown);
    return looked.unknown.map(({ name }) => name);
  }

  /** Looks for names in a list, and, where it is too long to be read whole, for each by itself. */
  async #look(kind: ListKind, sought: readonly Sought[]) {
    if (sought.length === 0) return undefined;
    const known = await this.#read(kind);
    // A list without names says nothing of any.
    if (!known || known.names.size === 0) return undefined;
    const missing = sought.filter(({ name }) => !isKnown(name, known));
    if (known.complete) return { known, unknown: missing };
    const unknown: Sought[] = [];
    for (const one of missing) {
      const found = await this.#read(kind, one.name);
      if (found?.complete && !isKnown(one.name, found)) unknown.push(one);
    }
    return { known, unknown };
  }

  #read(list: ListKind, search?: string): Promise<KnownNames | undefined> {
    return this.#lists.read({ ...list, spaceId: this.#spaceId, search }, this.#looking);
  }

  #note({ names }: KnownNames, unknown: readonly Sought[]): void {
    for (const sought of unknown) {
      const nearest = nearestName(sought.name, [...names.keys()]);
      const lastSeenAt = nearest === undefined ? undefined : names.get(nearest);
      this.#found.push({ ...sought, nearest, lastSeenAt });
    }
  }
}

function soughtIn(names: Iterable<string>, what: string, of?: string): Sought[] {
  return [...names].map((name) => ({ what, name, of }));
}

/**
 * Whether a name is known exactly. How Segment lists what is nested is not stated: `address.city` is
 * known where `address` is.
 */
function isKnown(name: string, { names }: KnownNames): boolean {
  if (names.has(name)) return true;
  const plain = name.replaceAll('\\', '');
  const isContext = plain.startsWith('context.');
  const steps = plain.split('.');
  const first = isContext ? 2 : 1;
  return steps.some((_, index) => {
    const end = index + 1;
    return end >= first && names.has(steps.slice(0, end).join('.'));
  });
}

function inWords({ what, name, of = '', nearest, lastSeenAt }: Unknown): string {
  const [day] = /^\d{4}-\d{2}-\d{2}/.exec(lastSeenAt ?? '') ?? [];
  const seen = day ? ` (last seen on ${day})` : '';
  const meant = nearest === undefined ? '' : ` Did you mean ${quotedPlainly(nearest)}${seen}?`;
  return `This space knows no ${what} ${quotedPlainly(name)}${of}.${meant}`;
}
