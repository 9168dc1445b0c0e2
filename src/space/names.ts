import type { Clock } from '../clock.ts';
import type { Collection, Level, Vocabulary } from '../query/index.ts';
import type { CallContext } from '../segment/call.ts';
import { nearestName } from '../text/nearest.ts';
import { quotedPlainly } from '../text/visible.ts';
import type { KnownNameLists, KnownNames, ListKind, Looking } from './known-names.ts';

/** How many requests one check makes. */
const maxRequests = 6;
/** How long one check takes, milliseconds. */
const maxCheckMs = 3000;
/** A longer list of unknown names would go unread. */
const maxWarnings = 10;

/** A definition whose names to check. */
export interface NamesToCheck {
  spaceId: string;
  query: string;
  type: Level;
  /** The entity that is the member of a linked audience. */
  targetEntity?: string;
}

/** A name to look for in a list. */
interface Sought {
  /** What it names, such as `event`. */
  what: string;
  name: string;
  /** What the property with that name belongs to, phrased to follow the name. */
  of?: string;
}

/** A name in a definition that the space does not know. */
interface Unknown extends Sought {
  nearest: string | undefined;
  /** When the nearest was last seen, ISO 8601. */
  lastSeenAt: string | undefined;
}

/** The result of a check. */
export interface NamesChecked {
  /** A sentence for each name that the space does not know, with the nearest known one. */
  warnings: string[];
  /** What could be checked, such as `events`. */
  checked: string[];
  /** What the definition uses that could not be checked. */
  unchecked: string[];
}

/** Checks the names in definitions against those that their space knows. */
export class NameCheck {
  readonly #lists: KnownNameLists;
  readonly #clock: Clock;

  constructor(lists: KnownNameLists, clock: Clock) {
    this.#lists = lists;
    this.#clock = clock;
  }

  /** Checks the names in a definition: at most six requests and three seconds. Never rejects. */
  async check(definition: NamesToCheck, call: CallContext): Promise<NamesChecked> {
    const findings = new Findings();
    const { signal } = call;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const cancelTimer = this.#clock.after(maxCheckMs, end);
    signal.addEventListener('abort', end, { once: true });
    try {
      const looking = this.#looking(call);
      const checking = new Checking(this.#lists, definition.spaceId, looking, findings);
      const ended = checking.check(definition).catch(() => {});
      await Promise.race([ended, over]);
      const place = ({ name }: Unknown) => definition.query.indexOf(name);
      const warnings = findings.unknown
        .toSorted((a, b) => place(a) - place(b))
        .slice(0, maxWarnings)
        .map(inWords);
      return { warnings, ...findings.groups() };
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', end);
    }
  }

  #looking({ signal, endsAt, onNotice, trail }: CallContext): Looking {
    let requests = 0;
    const until = Math.min(this.#clock.monotonic() + maxCheckMs, endsAt);
    return {
      until,
      onNotice,
      trail,
      spend: () => {
        if (signal.aborted || this.#clock.monotonic() >= until) return false;
        requests += 1;
        return requests <= maxRequests;
      },
    };
  }
}

/** What a check has found so far: it may end at any time. */
class Findings {
  readonly unknown: Unknown[] = [];
  /** By kind of name, whether all of them could be checked. */
  readonly #groups = new Map<string, boolean>();

  /** Names of a group are about to be looked for. */
  seek(group: string): void {
    this.#groups.set(group, false);
  }

  /** All names of a group could be checked. */
  told(group: string): void {
    this.#groups.set(group, true);
  }

  groups(): Pick<NamesChecked, 'checked' | 'unchecked'> {
    const which = (isTold: boolean) =>
      [...this.#groups].filter(([, told]) => told === isTold).map(([group]) => group);
    return { checked: which(true), unchecked: which(false) };
  }
}

/** One check in progress. */
class Checking {
  readonly #lists: KnownNameLists;
  readonly #spaceId: string;
  readonly #looking: Looking;
  readonly #findings: Findings;

  /** @param findings receives what is found, as it is found. */
  constructor(lists: KnownNameLists, spaceId: string, looking: Looking, findings: Findings) {
    this.#lists = lists;
    this.#spaceId = spaceId;
    this.#looking = looking;
    this.#findings = findings;
  }

  async check({ query, type, targetEntity }: NamesToCheck): Promise<void> {
    const { checkErrors, vocabularyOf } = await import('../query/index.ts');
    const { checked, tree } = checkErrors(query, { type });
    if (!checked) return this.#findings.seek('all, because the definition is too long or too deep');
    const { events, entities, traits } = vocabularyOf(tree, type);
    await Promise.all([
      this.#checkEvents(events),
      this.#checkTraits('users', traits.users),
      this.#checkTraits('accounts', traits.accounts),
      this.#checkEntities(entities, targetEntity),
    ]);
  }

  async #checkEvents(events: Vocabulary['events']): Promise<void> {
    const names = events.map(({ name }) => name);
    const unknown = await this.#checkAll('events', { kind: 'events' }, soughtIn(names, 'event'));
    const reading = events.map(async ({ name: event, properties }) => {
      const of = ` of the event ${quotedPlainly(event)}`;
      // If not even the list of events is available, nothing is known about their properties
      // either.
      const list: ListKind | undefined =
        unknown && !unknown.includes(event) ? { kind: 'properties', event } : undefined;
      // The properties of an unknown event need no check.
      if (unknown?.includes(event)) return;
      await this.#checkAll(`properties${of}`, list, soughtIn(properties, 'property', of));
    });
    await Promise.all(reading);
  }

  async #checkEntities(
    entities: Vocabulary['entities'],
    targetEntity: string | undefined,
  ): Promise<void> {
    const slugs = new Set([
      ...entities.map(({ name }) => name),
      ...(targetEntity === undefined || targetEntity === 'profile' ? [] : [targetEntity]),
    ]);
    const kind = { kind: 'relationships' } as const;
    const unknown = await this.#checkAll('relationships', kind, soughtIn(slugs, 'relationship'));
    const known = unknown && (await this.#read(kind));
    const reading = entities.map(async ({ name, properties }) => {
      if (unknown?.includes(name)) return;
      const of = ` of the entity ${quotedPlainly(name)}`;
      const entity = known?.entities?.get(name);
      const list: ListKind | undefined =
        entity === undefined ? undefined : { kind: 'entity properties', entity };
      await this.#checkAll(`properties${of}`, list, soughtIn(properties, 'property', of));
    });
    await Promise.all(reading);
  }

  /** The key of an audience is a trait, which profiles get only some time after it is created. */
  async #checkTraits(collection: Collection, names: ReadonlySet<string>): Promise<void> {
    if (names.size === 0) return;
    const ofAccounts = collection === 'users' ? '' : ' of accounts';
    const group = `traits${ofAccounts}`;
    this.#findings.seek(group);
    const sought = soughtIn(names, `trait or audience key${ofAccounts}`);
    const traits = await this.#look({ kind: 'traits', collection }, sought);
    if (!traits) return;
    let isTold = traits.isTold;
    if (traits.unknown.length > 0) {
      const keys = await this.#lookForKeys(traits.unknown);
      const all = { names: new Map([...keys.names, ...traits.known.names]) };
      this.#note(all, keys.unknown);
      isTold &&= keys.isTold;
    }
    if (isTold) this.#findings.told(group);
  }

  /** Looks for audience keys; if there are many, for those that begin like each name. */
  async #lookForKeys(sought: readonly Sought[]) {
    const first = await this.#read({ kind: 'audience keys' });
    const names = new Map(first?.names);
    const unknown: Sought[] = [];
    let isTold = true;
    for (const one of sought) {
      const found = first && (first.complete ? first : await this.#keysLike(one.name));
      for (const [name, seen] of found?.names ?? []) names.set(name, seen);
      if (!found) isTold = false;
      else if (!isKnown(one.name, found)) unknown.push(one);
    }
    return { names, unknown, isTold };
  }

  /**
   * All keys that begin like a name, or like half of it if they are few, so that they show what was
   * meant.
   */
  async #keysLike(name: string): Promise<KnownNames | undefined> {
    for (const search of [name.slice(0, Math.ceil(name.length / 2)), name]) {
      const found = await this.#read({ kind: 'audience keys' }, search);
      if (found?.complete) return found;
    }
    return undefined;
  }

  /**
   * @param group what the names name, in words. @param kind undefined if there is no list of them.
   * @returns the unknown ones; undefined if they could not be checked.
   */
  async #checkAll(
    group: string,
    kind: ListKind | undefined,
    sought: readonly Sought[],
  ): Promise<readonly string[] | undefined> {
    if (sought.length > 0) this.#findings.seek(group);
    const looked = kind && (await this.#look(kind, sought));
    if (!looked) return undefined;
    this.#note(looked.known, looked.unknown);
    if (looked.isTold) this.#findings.told(group);
    return looked.unknown.map(({ name }) => name);
  }

  /** Looks for names in a list, or, if it is too long to read in full, for each name separately. */
  async #look(kind: ListKind, sought: readonly Sought[]) {
    if (sought.length === 0) return undefined;
    const known = await this.#read(kind);
    // An empty list says nothing about any name.
    if (!known || known.names.size === 0) return undefined;
    const missing = sought.filter(({ name }) => !isKnown(name, known));
    if (known.complete) return { known, unknown: missing, isTold: true };
    const unknown: Sought[] = [];
    let isTold = true;
    for (const one of missing) {
      const found = isSearched(kind) ? await this.#read(kind, firstStep(one.name)) : undefined;
      const isKnownNow = found && isKnown(one.name, found);
      if (found?.complete && !isKnownNow) unknown.push(one);
      else if (!isKnownNow) isTold = false;
    }
    return { known, unknown, isTold };
  }

  #read(list: ListKind, search?: string): Promise<KnownNames | undefined> {
    return this.#lists.read({ ...list, spaceId: this.#spaceId, search }, this.#looking);
  }

  #note({ names }: Pick<KnownNames, 'names'>, unknown: readonly Sought[]): void {
    for (const sought of unknown) {
      const nearest = nearestName(sought.name, [...names.keys()]);
      const lastSeenAt = nearest === undefined ? undefined : names.get(nearest);
      this.#findings.unknown.push({ ...sought, nearest, lastSeenAt });
    }
  }
}

function isSearched({ kind }: ListKind): boolean {
  return kind !== 'entity properties';
}

/** The common form of all spellings of a nested name in a list. */
function firstStep(name: string): string {
  const [first = '', second] = name.replaceAll('\\', '').split('.');
  return first === 'context' && second ? second : first;
}

function soughtIn(names: Iterable<string>, what: string, of?: string): Sought[] {
  return [...names].map((name) => ({ what, name, of }));
}

/**
 * Whether a name is known exactly. Segment does not document how it lists nested names:
 * `address.city` is known if `address` is.
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
  return `This space has no known ${what} ${quotedPlainly(name)}${of}.${meant}`;
}
