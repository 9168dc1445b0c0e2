import { readSentence } from './app-sentence.ts';
import { knownAs, mayFollow } from './catalog.ts';
import type { Level } from './check-options.ts';
import type { Diagnostic } from './diagnostic.ts';
import { readJsonText } from './json-condition.ts';
import type { Reading } from './readings.ts';
import { readSql } from './sql-condition.ts';
import { suggest } from './suggest.ts';
import { cutWords, type Word } from './words.ts';

/*
 * Recognises texts that are no definition at all: JSON, SQL, code, prose, and the sentences of
 * Segment's app. A parser would find a mistake in each of their words; here they are answered once,
 * with the definition that says the same where every word is understood. A text that holds a call
 * such as `event('…')` is a definition, however wrong.
 */

/** What a text is, if it is no definition. */
type ForeignKind = 'JSON' | 'SQL' | 'code' | 'prose';

const messages: Readonly<Record<ForeignKind, string>> = {
  JSON: 'This is JSON, not a definition in the query language.',
  SQL: 'This is SQL, not a definition in the query language.',
  code: 'This is code of another language, not a definition in the query language.',
  prose: 'These are words, not a definition in the query language.',
};

const shape =
  "A definition is conditions such as event('Order Completed').within(7 days).count() >= 1 or trait('plan') = 'vip', joined by AND, OR and NOT.";

/**
 * The one diagnostic for a text that is no definition at all.
 *
 * @returns undefined for what is a definition, right or wrong.
 */
export function describeForeignText(query: string, level: Level): Diagnostic | undefined {
  const text = query.trim();
  const words = cutWords(text);
  const kind = kindOf(words);
  if (!kind) return undefined;
  const start = query.indexOf(text);
  const end = start + text.length;
  const reading = read(kind, { text, words, level });
  const before = query.slice(0, start).split('\n');
  return {
    severity: 'error',
    code: 'not-a-definition',
    message: messages[kind],
    help: reading ? `Did you mean ${reading.text}?` : shape,
    fix: reading && { start, end, text: reading.text },
    start,
    end,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
  };
}

function read(
  kind: ForeignKind,
  { text, words, level }: { text: string; words: readonly Word[]; level: Level },
): Reading | undefined {
  switch (kind) {
    case 'JSON':
      return readJsonText(text, level);
    case 'SQL':
      return readSql(words, level);
    case 'prose':
      return readSentence(words, level);
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

/** Whether a call that begins a condition is here, with its name misspelt or not. */
function callsExtractor(words: readonly Word[], index: number): boolean {
  const word = words[index];
  if (word?.kind !== 'word' || words[index + 1]?.text !== '(') return false;
  const name = word.text.toLowerCase();
  const others = knownAs(name);
  return (
    suggest(name, extractorNames) !== undefined ||
    extractorNames.some((extractor) => others.includes(extractor) || name === `${extractor}s`)
  );
}

/** `{"a":`, `{a:`, `[{`, `["a"`: a brace that opens a `where` has a condition in it. */
function isJson([first, second, third]: readonly Word[]): boolean {
  if (first?.text === '[') return second?.text === '{' || second?.kind === 'quoted';
  if (first?.text !== '{') return false;
  // A word takes a colon along that a letter follows.
  const isKey = second?.kind === 'quoted' || second?.kind === 'word';
  return second?.text === '}' || (isKey && (third?.text === ':' || second.text.includes(':')));
}

const sqlWords = /^(select|where|from|having|update|delete|insert)$/i;

function isSql([first, second]: readonly Word[]): boolean {
  return first?.kind === 'word' && sqlWords.test(first.text) && second !== undefined;
}

/** Beginnings of JavaScript, Python, pandas, MongoDB and Lisp. */
const codeWords = /^(lambda|function|def|return|const|let|var|df|db|if|import)$/;

function isCode(words: readonly Word[]): boolean {
  const [first, second, third] = words;
  if (first?.kind === 'word' && codeWords.test(first.text)) {
    return second !== undefined && (second.kind === 'word' || /^[.[(]$/.test(second.text));
  }
  const isList = first?.text === '[' && second?.kind === 'word' && third?.kind === 'word';
  const isLisp = first?.text === '(' && second?.kind === 'word' && third?.text === '(';
  return isList || isLisp || words.some((_, index) => isArrow(words, index));
}

/** `u => u.plan`: an arrow behind a name, with the same name after it. */
function isArrow(words: readonly Word[], index: number): boolean {
  const [name, arrow, again] = [words[index - 1], words[index], words[index + 1]];
  return arrow?.text === '=>' && name?.kind === 'word' && again?.text === name.text;
}

/** So many words in a row make a sentence, whatever else there is. */
const minWordsOfSentence = 5;

/** Words that begin a sentence about whom is looked for, but no condition. */
const beginnings = new Set(
  'who users user people customers accounts profiles everyone everybody anyone find show give get list create build include exclude i we please audience segment'.split(
    ' ',
  ),
);

/**
 * Whether a text is words: nothing in it compares or calls, or it reads like a sentence from its
 * beginning on.
 */
function isProse(words: readonly Word[]): boolean {
  if (words.some((_, index) => isCall(words, index))) return false;
  const plain = words.filter((word) => word.kind === 'word');
  const [first, second] = words;
  if (plain.length < 2 || plain.every(({ text }) => /^(and|or|not|any|all)$/i.test(text))) {
    return false;
  }
  if (!words.some(({ kind, text }) => kind === 'sign' && /[^.,;!?'"()\u2019-]/.test(text)))
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

/** Whether so many words stand in a row. */
function hasRun(words: readonly Word[], min: number): boolean {
  let run = 0;
  return words.some(({ kind }) => {
    run = kind === 'word' ? run + 1 : 0;
    return run >= min;
  });
}
