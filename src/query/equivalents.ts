/*
 * What a fix may replace with what: the closed table of all changes of wording that don't change
 * the meaning of a definition. fix-meaning.ts checks every fix against it.
 *
 * Words are in the normal form of fix-meaning.ts: functions by name, operators as the functions
 * they stand for, keywords in capitals, null as NULL.
 */

/** Some words and their equivalent, each separated by spaces. */
export interface Equivalent {
  written: string;
  means: string;
  /** A word that must be present as well. */
  nextTo?: string;
}

/** One row per line; other names of single functions are in functions.ts. */
const table = `
  # A negated name negates the function; for numbers, one function expresses the negation.
  NOT less_than -> at_least
  NOT greater_than -> at_most
  NOT at_least -> less_than
  NOT at_most -> greater_than
  NOT exists -> absent
  NOT absent -> exists
  # Exact negations: SQL's NOT IN and NOT LIKE.
  NOT one_of -> none_of
  NOT contains -> omits
  # Values can't be compared with null.
  equals NULL -> absent
  differs NULL -> exists
  NOT equals NULL -> exists
  # Several values.
  equals -> one_of
  differs -> none_of
  # A stream exists if it has items.
  exists -> count at_least 1
  absent -> count equals 0
  NOT exists -> count equals 0
  NOT absent -> count at_least 1
  # For events, the window is a filter.
  within_last -> within
  inaudience -> trait equals true
  insegment -> trait equals true
  countdistinct -> unique count
  distinctcount -> unique count
  countunique -> unique count
  uniquecount -> unique count
  # Conjunctions and quantifiers.
  nor -> NOT OR
  nand -> NOT AND
  every -> ALL
  some -> ANY
  # Between two lengths.
  AND -> ,
  excludes -> exclude
  exclud -> exclude
  excluded -> exclude
  excluding -> exclude
  # Redundant after a count.
  times ->
  time ->
  NULL -> ALL NOT
  # The outer event is the parent.
  of (next to parent) ->
  after (next to parent) ->
  from (next to parent) ->
  since (next to parent) ->
  # Where a path leads.
  user (next to traits) ->
  trait (next to user) ->
  profile (next to traits) ->
  trait (next to profile) ->
  event (next to property) ->
  event -> property
  event (next to context) ->
  # A window in words.
  last -> within
  past -> within
  previous -> within
  during -> within
`;

/** The rows of the table, in its order. */
export const equivalents: readonly Equivalent[] = table
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [before = '', means = ''] = line.split('->').map((side) => side.trim());
    const [written = '', nextTo] = before.split(' (next to ');
    return { written, means, nextTo: nextTo?.replace(')', '') };
  });

/**
 * Functions that may be added because they only carry what was written: a condition, a count, the
 * name of a value.
 */
export const carriers: ReadonlySet<string> = new Set('where count property'.split(' '));

/** Functions that may be added only around a name that was written without quotes. */
export const carriersOfWords: ReadonlySet<string> = new Set('trait context'.split(' '));

/** Words that say that a window looks into the past. */
export const wordsOfPast: ReadonlySet<string> = new Set('last past previous ago'.split(' '));

/**
 * Words that only repeat what the function of a window says. "over" is not one of them: before a
 * length it means more than that.
 */
export const wordsOfWindows: ReadonlySet<string> = new Set([
  ...wordsOfPast,
  ...'in the during within for'.split(' '),
]);

/**
 * Whether "over" is next, as in "over the last 7 days": there it means the same as "in".
 *
 * @param wordAt returns the word at this distance.
 */
export function isOverThePast(wordAt: (ahead: number) => string | undefined): boolean {
  if (wordAt(0)?.toLowerCase() !== 'over') return false;
  const ahead = wordAt(1)?.toLowerCase() === 'the' ? 2 : 1;
  const word = wordAt(ahead)?.toLowerCase() ?? '';
  return word !== 'ago' && wordsOfPast.has(word);
}

/** Labels before a colon that have no meaning. */
export const emptyLabels: ReadonlySet<string> = new Set(
  'query definition audience expression condition filter name value key event trait property'.split(
    ' ',
  ),
);

/** Words that say something about a value rather than being one. */
export const wordsAboutValues: ReadonlySet<string> = new Set(
  'unknown nothing something anything empty blank missing any all none zero one two three four five six seven eight nine ten'.split(
    ' ',
  ),
);

/** Words that stand for the absence of a value in other languages. */
export const nullWords: ReadonlySet<string> = new Set('null nil none undefined'.split(' '));

/** The roots of paths in other languages, by what they mean in this one. */
export const pathRoots: Readonly<Record<'profile' | 'item' | 'setting', ReadonlySet<string>>> = {
  profile: new Set('trait traits user.trait user.traits profile.trait profile.traits'.split(' ')),
  item: new Set('property properties props event event.property event.properties'.split(' ')),
  setting: new Set('context event.context'.split(' ')),
};

/** Words for the current time, or for a day relative to it, in other languages. */
export const wordsOfPresent: ReadonlySet<string> = new Set(
  'now today yesterday tomorrow current_date current_timestamp getdate sysdate currentdate'.split(
    ' ',
  ),
);
