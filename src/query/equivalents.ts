/*
 * What a fix may write for what: the closed table of all that changes in the words of a definition
 * without changing what it says. fix-meaning.ts holds every fix against it.
 *
 * Words are in the normal form of fix-meaning.ts: functions by their names, operators by the
 * functions they stand for, keywords in capitals, null as NULL.
 */

/** Some words, and others that say the same; words are divided by blanks. */
export interface Equivalent {
  written: string;
  means: string;
  /** A word that has to be there as well. */
  nextTo?: string;
}

/** A line for each; other names of single functions are in their rows in functions.ts. */
const table = `
  # A negated name denies the function; of numbers there is one that says so by itself.
  NOT less_than -> at_least
  NOT greater_than -> at_most
  NOT at_least -> less_than
  NOT at_most -> greater_than
  NOT exists -> absent
  NOT absent -> exists
  # What is denied exactly by another: SQL's NOT IN and NOT LIKE.
  NOT one_of -> none_of
  NOT contains -> omits
  # Nothing is compared with null.
  equals NULL -> absent
  differs NULL -> exists
  NOT equals NULL -> exists
  # Several values.
  equals -> one_of
  differs -> none_of
  # A stream exists when it holds something.
  exists -> count at_least 1
  absent -> count equals 0
  NOT exists -> count equals 0
  NOT absent -> count at_least 1
  # Of events, the window is a filter.
  within_last -> within
  inaudience -> trait equals true
  insegment -> trait equals true
  countdistinct -> unique count
  distinctcount -> unique count
  countunique -> unique count
  uniquecount -> unique count
  # Joints and quantifiers.
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
  # Of a count, it says nothing.
  times ->
  time ->
  NULL -> ALL NOT
  # The event around is the parent.
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

/** Functions that only carry what was written: a condition, a count, the name of a value. */
export const carriers: ReadonlySet<string> = new Set('where count property'.split(' '));

/** What carries a name only if it was written as a word, without quotes. */
export const carriersOfWords: ReadonlySet<string> = new Set('trait context'.split(' '));

/** Words that say which way a window looks: into the past. */
export const wordsOfPast: ReadonlySet<string> = new Set('last past previous ago'.split(' '));

/**
 * Words that say of a window what its function says by itself. "over" is none: before a length it asks for
 * more than that.
 */
export const wordsOfWindows: ReadonlySet<string> = new Set([
  ...wordsOfPast,
  ...'in the during within for'.split(' '),
]);

/**
 * Whether "over" is next, as in "over the last 7 days": there it says no more than "in".
 *
 * @param wordAt the word so far ahead.
 */
export function isOverThePast(wordAt: (ahead: number) => string | undefined): boolean {
  if (wordAt(0)?.toLowerCase() !== 'over') return false;
  const ahead = wordAt(1)?.toLowerCase() === 'the' ? 2 : 1;
  const word = wordAt(ahead)?.toLowerCase() ?? '';
  return word !== 'ago' && wordsOfPast.has(word);
}

/** Words before a colon that say nothing. */
export const emptyLabels: ReadonlySet<string> = new Set(
  'query definition audience expression condition filter name value key event trait property'.split(
    ' ',
  ),
);

/** Words that stand for the absence of a value in other languages. */
export const nullWords: ReadonlySet<string> = new Set('null nil none undefined'.split(' '));

/** What comes before a value in a path: where it leads in this language. */
export const pathRoots: Readonly<Record<'profile' | 'item' | 'setting', ReadonlySet<string>>> = {
  profile: new Set('trait traits user.trait user.traits profile.trait profile.traits'.split(' ')),
  item: new Set('property properties props event event.property event.properties'.split(' ')),
  setting: new Set('context event.context'.split(' ')),
};

/** Words that name the present time, or a day counted from it, in other languages. */
export const wordsOfPresent: ReadonlySet<string> = new Set(
  'now today yesterday tomorrow current_date current_timestamp getdate sysdate currentdate'.split(
    ' ',
  ),
);
