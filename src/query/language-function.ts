import type { TimeUnit } from './durations.ts';

/*
 * The form of a row of functions.ts: all that is known of one function of the language.
 */

/** What a chain is after a call; it says which calls may follow. */
export type ChainType =
  | 'VectorExtractor'
  | 'ScalarExtractor'
  | 'StreamFilter'
  | 'WindowedFilter'
  | 'Scalar'
  | 'ListScalar'
  | 'Comparator'
  | 'Literal';

/** What a stream holds. */
export type StreamKind = 'events' | 'entities';

/**
 * What an argument may be.
 * - `name`: a string that names something. `text`: a string. `value`: any literal.
 * - `scalar`: a literal, or a chain that ends as a scalar. `timestamp`: a date or time, or a string
 *   that holds one. `duration`: such as `7 days`. `number`: a number.
 * - `definition`: what a `where` takes. `property`: `property(…)`, perhaps cast.
 * - `exclusion`: `{exclude: 'id', …}`.
 */
export type ParameterKind =
  | 'name'
  | 'text'
  | 'value'
  | 'scalar'
  | 'timestamp'
  | 'duration'
  | 'number'
  | 'definition'
  | 'property'
  | 'exclusion';

/** What one argument of a function may be. */
export interface Parameter {
  kind: ParameterKind;
  /** The documentation's word for it. */
  label: string;
  /** May perhaps be left out: the reference has it in every form that it shows. */
  optional?: boolean;
  /** May be given several times. */
  rest?: boolean;
  /**
   * May be written as `parent: …` inside a funnel. `unsettled`: by the reference's prose only, not by
   * its syntax.
   */
  parent?: 'settled' | 'unsettled';
  /** The types that `as` may name; the first is the default. */
  casts?: readonly string[];
  /** The units that the reference names for a duration. */
  units?: readonly TimeUnit[];
}

/** What is known of a function of any kind. */
interface Common {
  name: string;
  parameters: readonly Parameter[];
  /** What it may follow; empty for those that begin a chain. */
  follows: readonly ChainType[];
  returns: ChainType;
  /** What it does, for the documentation. */
  note: string;
  /** A definition that uses it. */
  example: string;
  /** What people and other languages call it, in small letters without blanks and underscores. */
  otherNames?: readonly string[];
  /**
   * Why Segment computes every definition that uses it in batch; without it, a use of the function
   * alone leaves a definition in real time.
   */
  batchReason?: string;
}

/**
 * Begins a chain.
 * - `stream`: events or entities. `profile`: a value of the profile. `item`: a value of the event or
 *   entity whose `where` or reducer this is, and only there. `constant`: a fixed value.
 */
export interface Extractor extends Common {
  kind: 'extractor';
  family: 'stream' | 'profile' | 'item' | 'constant';
  /** What it is a stream of; set for the family `stream`. */
  stream?: StreamKind;
  /** Why Segment computes in batch where it is used in the `where` of another stream. */
  batchReasonInside?: string;
  /** The list of references that the name in it belongs to, and the prefix it has there. */
  refersTo?: { list: 'events' | 'traits' | 'properties' | 'entities'; prefix: string };
  /** The only type of definition that may use it. */
  onlyFor?: 'linked';
  /** Where a bare word most likely stands for the name of one: in a `where`, or outside of any. */
  bareWordPlace?: 'inside' | 'outside';
  /** A noun phrase; `{name}` is the name in bold. */
  english: string;
}

/**
 * Leaves out some of a stream.
 * - `condition`: those for which a condition does not hold. `source`: those of some sources.
 *   `window`: those outside a time that ends or began so long ago. `session`: those of other sessions.
 */
export interface Filter extends Common {
  kind: 'filter';
  family: 'condition' | 'source' | 'window' | 'session';
  /** The only purpose that the reference names for it. */
  madeFor?: 'trait';
  /**
   * A phrase after the stream's name; `{first}` and `{second}` are the arguments, `{event}` is what keeps a
   * session going.
   */
  english: string;
  /** The same where an argument is `parent: …`; `{outer}` is the outer event. */
  englishOfParent?: string;
}

/**
 * Turns a stream into a value.
 * - `counting` and `arithmetic` always give a number; what `extreme` and `frequency` give follows
 *   the cast; `position` gives any value, `distinct` a list.
 */
export interface Reducer extends Common {
  kind: 'reducer';
  family: 'counting' | 'arithmetic' | 'extreme' | 'frequency' | 'position' | 'distinct';
  /** Whether it gives a value even where there is nothing to make it from. */
  hasValueOfNothing?: true;
  /**
   * A noun phrase; `{property}` is what is looked at, `{stream}` the stream with its limits,
   * `{item}` one of it, `{frequency}` how often at least.
   */
  english: string;
  /** The same where `as` names a type that is not the default. */
  englishOfCast?: Readonly<Record<string, string>>;
  /** The same where each list is read as one value. */
  englishOfLists?: string;
  /** What the presence or absence of a value means for the stream. */
  presence?: Presence;
  /** The same where the value has to occur more than once. */
  presenceIfFrequent?: Presence;
}

/**
 * Sentences; `{kind}` is "value" or what else is looked for, `{times}` how often at least, and the rest
 * as in the reducer's phrase.
 */
export interface Presence {
  some: string;
  none: string;
}

/**
 * Compares a value and ends the chain.
 * - `fixed time` compares a time with another, `relative time` with the present.
 */
export interface Comparison extends Common {
  kind: 'comparison';
  family:
    | 'equality'
    | 'existence'
    | 'ordering'
    | 'text'
    | 'membership'
    | 'fixed time'
    | 'relative time';
  /** The operator that may be written for it. */
  operator?: string;
  /** Another operator that the reference allows, though one is enough. */
  otherOperator?: string;
  /** The comparison that holds of just those numbers of which this one does not. */
  negation?: string;
  /** For the family `existence`: whether it holds of values that are there, or of those that aren't. */
  holdsOfPresent?: boolean;
  /** How SQL writes it, with `x` for the text. */
  sqlPattern?: string;
  /** Whether it says that something is not so. */
  isNegative?: true;
  /** Whether it is true where there is no value at all; the reference's other comparisons are false there. */
  holdsOfMissing?: true;
  english: ComparisonEnglish;
}

/**
 * What is said of a value: that it is so, and that it is not; `{value}` is what it is compared with.
 * Whether a missing value is meant as well is not in these words.
 */
export interface ComparisonEnglish {
  positive: string;
  negative: string;
  /** Where it is compared with several values, which are joined by "nor". */
  negativeOfSeveral?: string;
  /** Where it is compared with a date or a timestamp. */
  positiveOfTime?: string;
  negativeOfTime?: string;
  /** Where it is compared with a text that holds neither a number nor a time. */
  positiveOfText?: string;
  negativeOfText?: string;
}

/** A function of the language. */
export type LanguageFunction = Extractor | Filter | Reducer | Comparison;

/** The four kinds of functions. */
export type FunctionKind = LanguageFunction['kind'];
