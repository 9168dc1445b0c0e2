import { readSentence } from './app-sentence.ts';
import { knownAs, mayFollow } from './catalog.ts';
import type { CheckOptions, Level } from './check-options.ts';
import type { Diagnostic } from './diagnostic.ts';
import { readJsonText } from './json-condition.ts';
import type { Reading } from './readings.ts';
import { readSql } from './sql-condition.ts';
import { suggest } from './suggest.ts';
import { cutWords, type Word } from './words.ts';

/*
 * Recognizes texts that are not a definition at all: JSON, SQL, code, prose, and sentences from
 * Segment's app. A parser would find an error in each of their words; this gives one diagnostic,
 * with an equivalent definition if every word is understood. A text that contains a call such as
 * `event('…')` is a definition, however wrong.
 */

/** What a definition is for. */
type Purpose = NonNullable<CheckOptions['purpose']>;

/** What a text is, if it is not a definition. */
type ForeignKind = 'JSON' | 'SQL' | 'code' | 'prose';

const messages: Readonly<Record<ForeignKind, string>> = {
  JSON: 'This is JSON, not a definition in the query language.',
  SQL: 'This is SQL, not a definition in the query language.',
  code: 'This is code in another language, not a definition in the query language.',
  prose: 'This is prose, not a definition in the query language.',
};

const shapes: Readonly<Record<Purpose, string>> = {
  audience:
    "A definition consists of conditions such as event('Order Completed').within(7 days).count() >= 1 or trait('plan') = 'vip', combined with AND, OR and NOT.",
  trait: "A computed trait is a value such as event('Order Completed').within(30 days).count().",
};

/** The first words show what a text is; a condition starts with a call long before that. */
const maxWordsToRecognize = 100;

/** Longer texts are recognized, but not read. */
const maxCharsToRead = 4000;

/**
 * The single diagnostic for a text that is not a definition at all.
 *
 * @returns undefined for a definition, valid or not.
 */
export function describeForeignText(
  query: string,
  level: Level,
  purpose: Purpose,
): Diagnostic | undefined {
  const text = query.trim();
  const kind = kindOf(cutWords(text, maxWordsToRecognize));
  if (!kind) return undefined;
  const start = query.indexOf(text);
  const end = start + text.length;
  // Other notations express conditions, not values.
  const isReadable = purpose === 'audience' && text.length <= maxCharsToRead;
  const reading = isReadable ? read(kind, text, level) : undefined;
  const before = query.slice(0, start).split('\n');
  return {
    severity: 'error',
    code: 'not-a-definition',
    message: messages[kind],
    help: reading ? `Did you mean ${reading.text}?` : shapes[purpose],
    fix: reading && { start, end, text: reading.text },
    start,
    end,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
  };
}

function read(kind: ForeignKind, text: string, level: Level): Reading | undefined {
  switch (kind) {
    case 'JSON':
      return readJsonText(text, level);
    case 'SQL':
      return readSql(cutWords(text, maxCharsToRead), level);
    case 'prose':
      return readSentence(cutWords(text, maxCharsToRead), level);
    case 'code':
      return undefined;
  }
}

function kindOf(words: readonly Word[]): ForeignKind | undefined {
  if (words.some((_, index) => callsExtractor(words, index))) return undefined;
  if (isJson(words)) return 'JSON';
  if (isSql(words)) return 'SQL';
  if (isCode(words)) return 'code';
  return isProse(words) ? 'prose' : undefined;
}

const extractorNames = mayFollow(undefined);

/** Whether a name is that of an extractor, misspelled or not. */
function isExtractor(text: string): boolean {
  const name = text.toLowerCase();
  const others = knownAs(name);
  return (
    suggest(name, extractorNames) !== undefined ||
    extractorNames.some((extractor) => others.includes(extractor) || name === `${extractor}s`)
  );
}

/** Whether a condition starts here with a call, even without its bracket: `trait'plan')`. */
function callsExtractor(words: readonly Word[], index: number): boolean {
  const [word, after] = [words[index], words[index + 1]];
  if (word?.kind !== 'word') return false;
  const [name = '', inQuotes = ''] = word.text.split("'");
  // A single letter after a quote is part of a word, as in "event's".
  const takesString = inQuotes.length > 1 || (after?.kind === 'quoted' && after.isAdjacent);
  return (takesString || after?.text === '(') && isExtractor(name);
}

/** `{"a":`, `{a:`, `[{`, `["a"`; the braces of a `where` contain a condition. */
function isJson([first, second, third]: readonly Word[]): boolean {
  if (first?.text === '[') return second?.text === '{' || second?.kind === 'quoted';
  if (first?.text !== '{') return false;
  // A word includes a colon if a letter follows it.
  const isKey = second?.kind === 'quoted' || second?.kind === 'word';
  return second?.text === '}' || (isKey && (third?.text === ':' || second.text.includes(':')));
}

const sqlWords = /^(select|where|from|having|update|delete|insert)$/i;

function isSql(words: readonly Word[]): boolean {
  const [first, second, third] = words;
  if (first?.kind === 'word' && sqlWords.test(first.text)) return second !== undefined;
  const isNamed = first?.text.toLowerCase() === 'with' && third?.text.toLowerCase() === 'as';
  return isNamed || words.some((word, index) => word.text === '(' && isSelect(words[index + 1]));
}

function isSelect(word: Word | undefined): boolean {
  return word?.kind === 'word' && word.text.toLowerCase() === 'select';
}

/** Words that start code in JavaScript, Python, pandas and MongoDB. */
const codeWords = /^(lambda|function|def|const|var|df|db)$/;

/** Code in another language, real or not: only a `where` has braces, and it follows a call. */
function isCode(words: readonly Word[]): boolean {
  const [first, second, third] = words;
  if (first?.kind === 'word' && codeWords.test(first.text)) {
    return second !== undefined && (second.kind === 'word' || /^[.[(]$/.test(second.text));
  }
  const isMarkup = first?.text === '<' && second?.kind === 'word';
  const isList = first?.text === '[' && second?.kind === 'word' && third?.kind === 'word';
  // Keywords that can precede a bracket in a definition are not function names.
  const isNamed = second?.kind === 'word' && !/^(?:not|any|all)$/i.test(second.text);
  const isLisp = first?.text === '(' && isNamed && third?.text === '(';
  const hasBraces =
    words.length > 2 && words.some(({ kind, text }) => kind === 'sign' && text === '{');
  return (
    isMarkup ||
    isList ||
    isLisp ||
    hasBraces ||
    words.some((_, index) => isArrow(words, index) || isPipe(words, index))
  );
}

/** `u => u.plan`: an arrow with the same name on both sides. */
function isArrow(words: readonly Word[], index: number): boolean {
  const [name, arrow, again] = [words[index - 1], words[index], words[index + 1]];
  return arrow?.text === '=>' && name?.kind === 'word' && again?.text === name.text;
}

/** `| where`, as in query languages for logs. */
function isPipe(words: readonly Word[], index: number): boolean {
  const isVerb = /^(?:where|filter|count|summarize|stats|search|project)$/.test(
    words[index + 1]?.text ?? '',
  );
  return words[index]?.text === '|' && isVerb;
}

/** This many words in a row make a sentence, whatever else there is. */
const minWordsOfSentence = 5;

/** Words that start a sentence about an audience, but not a condition. */
const beginnings = new Set(
  'who users user people customers accounts profiles everyone everybody anyone find show give get list create build include exclude i we please audience segment'.split(
    ' ',
  ),
);

/**
 * Whether a text is prose: it has no comparison and no call, or it reads like a sentence from the
 * start.
 */
function isProse(words: readonly Word[]): boolean {
  if (words.some((_, index) => isCall(words, index) || isPath(words, index))) return false;
  const [first, second] = words;
  if (second?.kind === 'quoted' && first?.kind === 'word' && isExtractor(first.text)) return false;
  const plain = words.filter((word) => word.kind === 'word');
  if (plain.length < 2 || plain.every(({ text }) => /^(and|or|not|any|all)$/i.test(text))) {
    return false;
  }
  if (
    !words.some(({ kind, text }) => kind === 'sign' && /[=<>\u2264\u2265\u2260&|+*/[\]]/.test(text))
  )
    return true;
  const begins = first?.kind === 'word' && beginnings.has(first.text.toLowerCase());
  return (begins && second?.kind === 'word') || hasRun(words, minWordsOfSentence);
}

function isCall(words: readonly Word[], index: number): boolean {
  const [word, open, inside] = [words[index], words[index + 1], words[index + 2]];
  return (
    word?.kind === 'word' &&
    open?.text === '(' &&
    open.isAdjacent &&
    (inside?.kind === 'quoted' || inside?.text === ')')
  );
}

/** `traits.plan`: a trait, though written differently. */
function isPath(words: readonly Word[], index: number): boolean {
  const [word, dot, name] = [words[index], words[index + 1], words[index + 2]];
  const isNamed = dot?.text === '.' && dot.isAdjacent && name?.kind === 'word' && name.isAdjacent;
  return isNamed && word?.kind === 'word' && isExtractor(word.text);
}

/** Whether there are this many words in a row. */
function hasRun(words: readonly Word[], min: number): boolean {
  let run = 0;
  return words.some(({ kind }) => {
    run = kind === 'word' ? run + 1 : 0;
    return run >= min;
  });
}
