import type { TimeUnit } from './durations.ts';

/*
 * The shape of a row in functions.ts: everything about one function of the language.
 */

/** The type of a chain after a call; it decides which calls may follow. */
export type ChainType =
  | 'VectorExtractor'
  | 'ScalarExtractor'
  | 'StreamFilter'
  | 'WindowedFilter'
  | 'Scalar'
  | 'ListScalar'
  | 'Comparator'
  | 'Literal';

/** What a stream contains. */
export type StreamKind = 'events' | 'entities';

/**
 * What an argument may be.
 * - `name`: a string that names something. `text`: a string. `value`: any literal.
 * - `scalar`: a literal, or a chain that ends as a scalar. `timestamp`: a date or time, or a string
 *   that contains one. `duration`: such as `7 days`. `number`: a number.
 * - `definition`: what a `where` takes. `property`: `property(…)`, possibly with a cast.
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

/** A parameter of a function. */
export interface Parameter {
  kind: ParameterKind;
  /** Its name in the documentation. */
  label: string;
  /** May be omitted, although the reference always shows it. */
  optional?: boolean;
  /** May be repeated. */
  rest?: boolean;
  /**
   * May be written as `parent: …` inside a funnel. `unsettled`: according to the reference's prose,
   * not its syntax.
   */
  parent?: 'settled' | 'unsettled';
  /** The types that `as` may name; the first is the default. */
  casts?: readonly string[];
  /** The units that the reference mentions for a duration. */
  units?: readonly TimeUnit[];
}

/** The fields of a function of any kind. */
interface Common {
  name: string;
  parameters: readonly Parameter[];
  /** What it may follow; empty for functions that start a chain. */
  follows: readonly ChainType[];
  returns: ChainType;
  /** What it does, for the documentation. */
  note: string;
  /** A definition that uses it. */
  example: string;
  /** What people and other languages call it, in lowercase without spaces and underscores. */
  otherNames?: readonly string[];
  /**
   * Why Segment computes every definition that uses it in batch; undefined if the function alone
   * does not require batch.
   */
  batchReason?: string;
}

/**
 * Starts a chain.
 * - `stream`: events or entities. `profile`: a value of the profile. `item`: a value of the event or
 *   entity whose `where` or reducer this is, and only there. `constant`: a fixed value.
 */
export interface Extractor extends Common {
  kind: 'extractor';
  family: 'stream' | 'profile' | 'item' | 'constant';
  /** What it is a stream of; set for the family `stream`. */
  stream?: StreamKind;
  /** Why its use in the `where` of another stream requires batch. */
  batchReasonInside?: string;
  /** The list of references that its name belongs to, and the prefix of the name there. */
  refersTo?: { list: 'events' | 'traits' | 'properties' | 'entities'; prefix: string };
  /** The only type of definition that may use it. */
  onlyFor?: 'linked';
  /** Where a bare word is most likely a name for this extractor: inside a `where`, or outside. */
  bareWordPlace?: 'inside' | 'outside';
  /** A noun phrase; `{name}` is the name in bold. */
  english: string;
}

/**
 * Removes items from a stream.
 * - `condition`: those that don't meet a condition. `source`: those from some sources. `window`:
 *   those outside a time window. `session`: those of other sessions.
 */
export interface Filter extends Common {
  kind: 'filter';
  family: 'condition' | 'source' | 'window' | 'session';
  /** The only purpose that the reference mentions for it. */
  madeFor?: 'trait';
  /**
   * A phrase after the stream's name; `{first}` and `{second}` are the arguments, `{event}` is what
   * keeps a session going.
   */
  english: string;
  /** The phrase if an argument is `parent: …`; `{outer}` is the outer event. */
  englishOfParent?: string;
}

/**
 * Turns a stream into a value.
 * - `counting` and `arithmetic` always return a number; the type of `extreme` and `frequency`
 *   follows the cast; `position` returns any value, `distinct` a list.
 */
export interface Reducer extends Common {
  kind: 'reducer';
  family: 'counting' | 'arithmetic' | 'extreme' | 'frequency' | 'position' | 'distinct';
  /** Whether it has a value even for an empty stream. */
  hasValueOfNothing?: true;
  /**
   * A noun phrase; `{property}` is the property that it reads, `{stream}` the stream with its
   * limits, `{item}` one item of it, `{frequency}` the minimum frequency.
   */
  english: string;
  /** The phrase if `as` names a type other than the default. */
  englishOfCast?: Readonly<Record<string, string>>;
  /** The phrase if each list is read as one value. */
  englishOfLists?: string;
  /** What the presence or absence of a value means for the stream. */
  presence?: Presence;
  /** The phrases if the value must occur more than once. */
  presenceIfFrequent?: Presence;
}

/**
 * Sentences; `{kind}` is "value" or a more specific word, `{times}` the minimum frequency, and the
 * rest as in the reducer's phrase.
 */
export interface Presence {
  some: string;
  none: string;
}

/**
 * Compares a value and ends the chain.
 * - `fixed time` compares a time with a given time, `relative time` with the current time.
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
  /** Another operator that the reference allows. */
  otherOperator?: string;
  /** The comparison that is true for exactly the numbers for which this one is false. */
  negation?: string;
  /** For the family `existence`: whether it is true for existing or for missing values. */
  holdsOfPresent?: boolean;
  /** Its form in SQL, with `x` for the text. */
  sqlPattern?: string;
  /** Whether it is negative. */
  isNegative?: true;
  /** Whether it is true for a missing value; the other comparisons are false there. */
  holdsOfMissing?: true;
  english: ComparisonEnglish;
}

/**
 * Phrases for a comparison and for its negation; `{value}` is the right side. They don't say
 * whether missing values are included.
 */
export interface ComparisonEnglish {
  positive: string;
  negative: string;
  /** For a comparison with several values, joined by "nor". */
  negativeOfSeveral?: string;
  /** For a comparison with a date or a timestamp. */
  positiveOfTime?: string;
  negativeOfTime?: string;
  /** For a comparison with text that contains neither a number nor a time. */
  positiveOfText?: string;
  negativeOfText?: string;
}

/** A function of the language. */
export type LanguageFunction = Extractor | Filter | Reducer | Comparison;

/** The four kinds of functions. */
export type FunctionKind = LanguageFunction['kind'];
