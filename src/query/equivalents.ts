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
  beside?: string;
}

/** Other names of single functions are in their rows in functions.ts. */
export const equivalents: readonly Equivalent[] = [
  // A negated name denies the function; of numbers there is one that says so by itself.
  { written: 'NOT less_than', means: 'at_least' },
  { written: 'NOT greater_than', means: 'at_most' },
  { written: 'NOT at_least', means: 'less_than' },
  { written: 'NOT at_most', means: 'greater_than' },
  { written: 'NOT exists', means: 'absent' },
  { written: 'NOT absent', means: 'exists' },
  // What is denied exactly by another: SQL's NOT IN and NOT LIKE.
  { written: 'NOT one_of', means: 'none_of' },
  { written: 'NOT contains', means: 'omits' },
  // Nothing is compared with null.
  { written: 'equals NULL', means: 'absent' },
  { written: 'differs NULL', means: 'exists' },
  { written: 'NOT equals NULL', means: 'exists' },
  // Several values.
  { written: 'equals', means: 'one_of' },
  { written: 'differs', means: 'none_of' },
  // A stream exists when it holds something.
  { written: 'exists', means: 'count at_least 1' },
  { written: 'absent', means: 'count equals 0' },
  { written: 'NOT exists', means: 'count equals 0' },
  { written: 'NOT absent', means: 'count at_least 1' },
  // Of events, the window is a filter.
  { written: 'within_last', means: 'within' },
  { written: 'inaudience', means: 'trait equals true' },
  { written: 'insegment', means: 'trait equals true' },
  { written: 'countdistinct', means: 'unique count' },
  { written: 'distinctcount', means: 'unique count' },
  { written: 'countunique', means: 'unique count' },
  { written: 'uniquecount', means: 'unique count' },
  // Joints and quantifiers.
  { written: 'nor', means: 'NOT OR' },
  { written: 'nand', means: 'NOT AND' },
  { written: 'every', means: 'ALL' },
  { written: 'some', means: 'ANY' },
  // Between two lengths.
  { written: 'AND', means: ',' },
  { written: 'excludes', means: 'exclude' },
  // Of a count, it says nothing.
  { written: 'times', means: '' },
  { written: 'time', means: '' },
  { written: 'NULL', means: 'ALL NOT' },
  // The event around is the parent.
  { written: 'of', means: '', beside: 'parent' },
  { written: 'after', means: '', beside: 'parent' },
  { written: 'from', means: '', beside: 'parent' },
  { written: 'since', means: '', beside: 'parent' },
  // Where a path leads.
  { written: 'user', means: '', beside: 'traits' },
  { written: 'trait', means: '', beside: 'user' },
  { written: 'profile', means: '', beside: 'traits' },
  { written: 'trait', means: '', beside: 'profile' },
  { written: 'event', means: '', beside: 'property' },
  { written: 'event', means: 'property' },
  // A window in words.
  { written: 'last', means: 'within' },
  { written: 'past', means: 'within' },
  { written: 'previous', means: 'within' },
  { written: 'during', means: 'within' },
];

/** Functions that only carry what was written: a condition, a count, the name of a value. */
export const carriers: ReadonlySet<string> = new Set('where count property'.split(' '));

/** What carries a name only if it was written as a word, without quotes. */
export const carriersOfWords: ReadonlySet<string> = new Set('trait context'.split(' '));

/** Words that say of a window what its function says by itself. */
export const wordsOfWindows: ReadonlySet<string> = new Set(
  'in the last past previous ago over during within for'.split(' '),
);

/** Words before a colon that say nothing. */
export const emptyLabels: ReadonlySet<string> = new Set(
  'query definition audience expression condition filter name value key event trait property'.split(
    ' ',
  ),
);

/** Words that stand for the absence of a value in other languages. */
export const nullWords: ReadonlySet<string> = new Set('null nil none undefined'.split(' '));

/** What comes before a value in a path: where it leads in this language. */
export const pathRoots: Readonly<Record<'profile' | 'item', ReadonlySet<string>>> = {
  profile: new Set([
    ...['trait', 'traits', 'user.trait', 'user.traits', 'profile.traits'],
    'profile.trait',
  ]),
  item: new Set([
    ...['property', 'properties', 'props', 'event', 'event.property', 'event.properties'],
  ]),
};

/** Words that name the present time, or a day counted from it, in other languages. */
export const wordsOfPresent: ReadonlySet<string> = new Set(
  'now today yesterday tomorrow current_date current_timestamp getdate sysdate currentdate'.split(
    ' ',
  ),
);
