import type { FunctionCall } from './ast.ts';
import { extractorOf } from './catalog.ts';
import type { StreamKind } from './language-function.ts';
import type { Wording } from './phrases.ts';
import { nameOf } from './values.ts';

/*
 * The point of view of an explanation: whom it is about, and inside which events and entities.
 */

/** What the words depend on, apart from the definition. */
export interface Voice {
  /** Whom a clause is about; undefined inside a `where`, which is about an event or entity. */
  person: Person | undefined;
  /** The owner of the traits, such as "the profile's". */
  owner: string;
  /** The streams whose `where` or reducer encloses this, outermost first. */
  enclosing: readonly Enclosing[];
  /**
   * Whether this is the right side of a comparison with a nested stream: then `parent:` is the
   * innermost stream.
   */
  isComparedWithStream?: boolean;
  wording: Wording;
}

/** The words that start a clause about someone. */
export interface Person {
  who: string;
  whose: string;
  forWhom: string;
}

/** A stream that encloses what is explained. */
export interface Enclosing {
  stream: StreamKind | undefined;
  name: string;
  /**
   * Whether it belongs to whom the clause is about; false inside ANY and ALL, which are about
   * others.
   */
  isOwn: boolean;
}

const person: Person = { who: 'who', whose: 'whose', forWhom: 'for whom' };
const account: Person = { who: 'that', whose: 'whose', forWhom: 'for which' };

/** The voice for someone who has a profile, and the one for an account. */
export const ofProfile = { person, owner: "the profile's", enclosing: [] } as const;
export const ofAccount = { person: account, owner: "the account's", enclosing: [] } as const;

/** The voice for a user of the account, inside ANY or ALL. */
export function ofUser(voice: Voice): Voice {
  return {
    wording: voice.wording,
    person: voice.person && person,
    owner: "the user's",
    enclosing: voice.enclosing.map((outer) => ({ ...outer, isOwn: false })),
  };
}

/** The voice inside the `where` or a reducer of a stream. */
export function inside(extractor: FunctionCall | undefined, voice: Voice): Voice {
  const { stream } = extractorOf(extractor) ?? {};
  const here = { stream, name: nameOf(extractor?.args[0]), isOwn: true };
  const { owner, wording, enclosing } = voice;
  return { person: undefined, owner, wording, enclosing: [...enclosing, here] };
}

/** The owner of a `property(parent: …)`; named if there is more than one enclosing stream. */
export function outerOf({ enclosing, isComparedWithStream = false, wording }: Voice): string {
  const outer = enclosing.at(isComparedWithStream ? -1 : -2);
  const isOnly = enclosing.length < (isComparedWithStream ? 2 : 3);
  const isRecord = outer?.stream === 'entities';
  if (!outer || isOnly) return isRecord ? 'the outer record' : 'the outer event';
  return `that ${wording.name(outer.name)}${isRecord ? ' record' : ''}`;
}

/** The event that a window is relative to; named if there is more than one enclosing stream. */
export function nearestEvent({ enclosing, wording }: Voice): string {
  const event = enclosing.findLast(({ stream }) => stream !== 'entities');
  return event && enclosing.length > 1 ? `that ${wording.name(event.name)}` : 'it';
}
