import {
  catalog,
  comparisonCalled,
  excludingFilter,
  isFilter,
  knownAs,
  operators,
} from './catalog.ts';
import { isUnit, unitNamed, unitSpelt } from './durations.ts';
import { emptyLabels, isOverThePast, nullWords } from './equivalents.ts';
import { comparisonInWords, foreignOperators, meaningOfPattern } from './foreign-comparison.ts';
import { type LexedPiece, piecesOf } from './lexer.ts';
import { plainNumber } from './numbers.ts';
import { operatorApart } from './operator-apart.ts';
import { unquoted } from './strings.ts';
import { conjunctionMeant, deniedByStart, withoutNegation } from './suggest.ts';
import { keywordOf, type Token } from './tokens.ts';

/*
 * The meaning of a text in pieces that can be compared with those of another text: its strings,
 * numbers, units, names, operators and negations, with what they stand for in the language.
 * Comparisons from other languages are normalized to this one.
 */

/** The smallest meaningful part of a text. */
export interface Atom {
  text: string;
  /** What it stands for in code, in the normal form of equivalents.ts; computed if needed, once. */
  names: () => readonly string[];
  /**
   * - `value`: part of a string, a number or a date; must not be lost, added or moved past another.
   *   `length`: a number with a unit; may move, but not past another length. `word`: a name, an
   *   operator or a keyword. `mark`: punctuation.
   */
  kind: 'value' | 'length' | 'word' | 'mark';
}

/** The atoms of part of a definition, correct or not. */
export function atomsOf(text: string): Atom[] {
  return inUsualOrder(piecesOf(text).filter((piece) => piece.kind !== 'comment'));
}

/**
 * The atoms of a comparison with the value first, or of a BETWEEN, in the order of the language.
 */
function inUsualOrder(pieces: readonly LexedPiece[]): Atom[] {
  const conjunction = keywordIn(pieces[0]);
  const isCalled = pieces[1]?.text === '(' && pieces.at(-1)?.text === ')';
  if ((conjunction === 'AND' || conjunction === 'OR') && isCalled)
    return joinedBy(conjunction, read(pieces.slice(1)));
  const [value, operator, ...rest] = pieces;
  const flipped = operator && flip[operatorIn(operator) ?? ''];
  if (value && isLiteralPiece(value) && flipped) {
    const at = rest.findIndex((piece, index) => index > 0 && operatorIn(piece) !== undefined);
    const compared = at < 0 ? rest : rest.slice(0, at);
    const first = [...read(compared), word(flipped), ...read([value])];
    return at < 0 ? first : [...first, word('AND'), ...read(rest)];
  }
  const elided = pieces.findIndex((_, index) => index > 0 && isElided(pieces, index));
  if (elided > 0) return withSubject(pieces, elided);
  const at = pieces.findIndex((piece) => piece.kind === 'name' && /^between$/i.test(piece.text));
  if (at <= 0) return read(pieces);
  return isCallOfRange(pieces, at) ? rangeCalled(pieces, at) : betweenTwo(pieces, at);
}

/** In `AND(a, b)`, commas join like AND. */
function joinedBy(conjunction: string, atoms: readonly Atom[]): Atom[] {
  let open = 0;
  return atoms.map((atom) => {
    if (atom.kind !== 'mark') return atom;
    if (/^[({[]$/.test(atom.text)) open += 1;
    if (/^[)}\]]$/.test(atom.text)) open -= 1;
    return atom.text === ',' && open === 1 ? word(conjunction) : atom;
  });
}

/** For each comparison, the operator that means the same with swapped sides. */
const flip: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['=', '='],
    ['!=', '!='],
    ['<', '>'],
    ['>', '<'],
    ['<=', '>='],
    ['>=', '<='],
  ].map(([one = '', other = '']) => [operators.get(one), other]),
);

/** Whether a comparison after a conjunction has no left side: `x > 1 AND < 3`. */
function isElided(pieces: readonly LexedPiece[], at: number): boolean {
  const [conjunction, operator] = [keywordIn(pieces[at]), pieces[at + 1]];
  const isJoined = conjunction === 'AND' || conjunction === 'OR';
  return isJoined && operator !== undefined && operatorIn(operator) !== undefined;
}

/** The left side of the first comparison, repeated where the others have none. */
function withSubject(pieces: readonly LexedPiece[], elided: number): Atom[] {
  const end = pieces.findIndex((piece) => operatorIn(piece) !== undefined);
  if (end > elided) return read(pieces);
  const subject = pieces.slice(0, end);
  return read(
    pieces.flatMap((piece, at) => (isElided(pieces, at) ? [piece, ...subject] : [piece])),
  );
}

/** Whether a text ends in `.between(1, 3)`, with two values and no lengths of time. */
function isCallOfRange(pieces: readonly LexedPiece[], at: number): boolean {
  const [dot, open, from, comma, to, close] = [-1, 1, 2, 3, 4, 5].map((by) => pieces[at + by]);
  const isCall = dot?.text === '.' && open?.text === '(' && comma?.text === ',';
  return isCall && areLiteral(from, to) && close?.text === ')' && at + 6 === pieces.length;
}

/** `x.between(1, 3)` compares x twice. */
function rangeCalled(pieces: readonly LexedPiece[], at: number): Atom[] {
  const compared = read(pieces.slice(0, at - 1));
  const [from, to] = [read(pieces.slice(at + 2, at + 3)), read(pieces.slice(at + 4, at + 5))];
  return [...compared, word('>='), ...from, word('AND'), ...compared, word('<='), ...to];
}

/** `x between 1 and 3` compares x twice. */
function betweenTwo(pieces: readonly LexedPiece[], at: number): Atom[] {
  const isDenied = keywordIn(pieces[at - 1]) === 'NOT';
  const end = isDenied ? at - 1 : at;
  const hasIs = /^is$/i.test(pieces[end - 1]?.text ?? '');
  const compared = read(pieces.slice(0, hasIs ? end - 1 : end));
  const conjunction = pieces.findIndex((piece, index) => index > at && keywordIn(piece) === 'AND');
  if (conjunction < 0) return read(pieces);
  const [from, to] = [read(pieces.slice(at + 1, conjunction)), read(pieces.slice(conjunction + 1))];
  const [low, both, high] = isDenied ? ['<', 'OR', '>'] : ['>=', 'AND', '<='];
  return [...compared, word(low), ...from, word(both), ...compared, word(high), ...to];
}

function operatorIn(piece: LexedPiece): string | undefined {
  return piece.kind === 'symbol'
    ? operators.get(foreignOperators[piece.text] ?? piece.text)
    : undefined;
}

function keywordIn(piece: LexedPiece | undefined) {
  return piece && piece.kind !== 'comment' ? keywordOf(piece) : undefined;
}

function isLiteralPiece({ kind }: LexedPiece): boolean {
  return ['string', 'number', 'date', 'timestamp'].includes(kind);
}

function read(pieces: readonly LexedPiece[]): Atom[] {
  const atoms: Atom[] = [];
  for (let at = 0; at < pieces.length; ) {
    const { taken, found } =
      emptyWord(pieces, at) ??
      apart(pieces, at) ??
      pattern(pieces, at) ??
      phrase(pieces, at) ??
      single(pieces, at);
    atoms.push(...found);
    at += taken;
  }
  return atoms;
}

interface Reading {
  taken: number;
  found: readonly Atom[];
}

/** An operator in two pieces. */
function apart(pieces: readonly LexedPiece[], at: number): Reading | undefined {
  const [first, second] = pieces.slice(at, at + 2);
  if (first?.kind === 'comment' || second?.kind === 'comment') return undefined;
  const together = operatorApart(first, second);
  return together ? { taken: 2, found: [word(together)] } : undefined;
}

/** SQL's `LIKE '%a'`, also as a call. */
function pattern(pieces: readonly LexedPiece[], at: number): Reading | undefined {
  const [like, next, afterNext] = pieces.slice(at, at + 3);
  if (like?.kind !== 'name') return undefined;
  const isDenied = withoutNegation(like.text) === 'like';
  if (!isDenied && !/^like$/i.test(like.text)) return undefined;
  const string = next?.text === '(' && next.kind === 'symbol' ? afterNext : next;
  const meaning = string?.kind === 'string' ? meaningOfPattern(string.text, false) : undefined;
  if (!meaning) return { taken: 1, found: [mark('like'), word('like')] };
  const denial = isDenied ? [word('NOT')] : [];
  const found = [...denial, word(meaning.name), ...valuesIn(meaning.text)];
  return { taken: string === next ? 2 : 3, found };
}

/** A comparison of several words, such as `is not`. */
function phrase(pieces: readonly LexedPiece[], at: number): Reading | undefined {
  for (let count = 6; count > 1; count -= 1) {
    const words = pieces.slice(at, at + count);
    if (words.length < count || words.some(({ kind }) => kind !== 'name')) continue;
    const said = words.map(({ text }) => text.toLowerCase()).filter((text) => text !== 'the');
    const meant = comparisonInWords(said);
    const denial = meant?.isNegated ? [word('NOT')] : [];
    if (meant) return { taken: count, found: [...denial, word(meant.name)] };
  }
  return undefined;
}

function single(pieces: readonly LexedPiece[], at: number): Reading {
  const piece = pieces[at];
  if (!piece || piece.kind === 'comment') return { taken: 1, found: [] };
  if (isOverThePast((ahead) => pieces[at + ahead]?.text))
    return { taken: 1, found: [mark('over')] };
  if (piece.kind === 'name' && at === 0 && pieces[1]?.text === ':') {
    const isEmpty = emptyLabels.has(piece.text.toLowerCase());
    return { taken: 1, found: isEmpty ? [] : [word(piece.text)] };
  }
  if (
    piece.text === '=' &&
    at === 1 &&
    pieces[0]?.kind === 'name' &&
    pieces[2]?.kind === 'number'
  ) {
    return { taken: 1, found: [mark('=')] };
  }
  // Between two values, OR lists them like a comma.
  if (keywordIn(piece) === 'OR' && areLiteral(pieces[at - 1], pieces[at + 1]))
    return { taken: 1, found: [mark(',')] };
  if (piece.text === '=' && isOwnKey(pieces[at - 1])) return { taken: 1, found: [mark('=')] };
  if (isKeyOfProperty(pieces, at)) return { taken: 1, found: [word('=')] };
  const given = impliedComparison(pieces, at);
  return {
    taken: 1,
    found: given ? [...atomsIn(piece, pieces, at), word(given)] : atomsIn(piece, pieces, at),
  };
}

/**
 * "is" before LIKE or BETWEEN, negated or not, and "to" between two lengths: they add nothing
 * there.
 */
function emptyWord(pieces: readonly LexedPiece[], at: number): Reading | undefined {
  const [from, , to, unit] = [-1, 0, 1, 2].map((ahead) => pieces[at + ahead]);
  const isRange = from?.kind === 'number' && to?.kind === 'number' && unit?.kind === 'name';
  if (isRange && /^(?:to|-)$/i.test(pieces[at]?.text ?? ''))
    return { taken: 1, found: [mark('to')] };
  const [is, not, after] = pieces.slice(at, at + 3).map(({ text }) => text.toLowerCase());
  const isEmpty = is === 'is' && /^(?:like|between)$/.test((not === 'not' ? after : not) ?? '');
  return isEmpty ? { taken: 1, found: [mark('is')] } : undefined;
}

function areLiteral(...pieces: readonly (LexedPiece | undefined)[]): boolean {
  return pieces.every((piece) => piece !== undefined && isLiteralPiece(piece));
}

/** Whether a key of an argument is a word of the language: `exclude: 'a'`, `within: 7 days`. */
function isOwnKey(piece: LexedPiece | undefined): boolean {
  if (piece?.kind !== 'name') return false;
  return isFilter(piece.text) || /^(?:exclude|include|parent)$/i.test(piece.text);
}

/** Whether a colon is between the name of a property and its value: `{total: 100}`. */
function isKeyOfProperty(pieces: readonly LexedPiece[], at: number): boolean {
  const [before, key, colon, value] = [-2, -1, 0, 1].map((ahead) => pieces[at + ahead]);
  if (colon?.text !== ':' || !key || !value || !isLiteralPiece(value)) return false;
  const isKey = key.kind === 'string' || key.kind === 'name';
  const isName = isKey && !isOwnKey(key) && unitSpelt(key.text) === undefined;
  return isName && (before === undefined || /^[{,]$/.test(before.text));
}

/** The operator implied between a function and an argument that it does not take: `count(3)`. */
function impliedComparison(pieces: readonly LexedPiece[], at: number): string | undefined {
  const [open, before, name] = [pieces[at], pieces[at - 1], pieces[at - 2]];
  const isCount = entryOf(before)?.kind === 'reducer' && entryOf(before)?.parameters.length === 0;
  if (open?.text === '(' && isCount && pieces[at + 1]?.kind === 'number') return '>=';
  const extractor = open?.text === ',' ? entryOf(pieces[at - 3]) : undefined;
  const isSingle = extractor?.kind === 'extractor' && extractor.returns === 'ScalarExtractor';
  const value = pieces[at + 1];
  return isSingle && name?.text === '(' && value && isLiteralPiece(value) ? '=' : undefined;
}

function entryOf(piece: LexedPiece | undefined) {
  return piece?.kind === 'name' ? catalog.get(piece.text) : undefined;
}

function atomsIn(piece: Token, pieces: readonly LexedPiece[], at: number): Atom[] {
  const { kind, text } = piece;
  switch (kind) {
    case 'string':
      return valuesIn(unquoted(text));
    case 'number':
      return isLength(pieces, at)
        ? [{ ...word(plainNumber(text)), kind: 'length' }]
        : valuesIn(plainNumber(text));
    case 'date':
    case 'timestamp':
      return valuesIn(text);
    case 'name':
      return wordsIn(text);
    case 'symbol':
      return /^[(){}[\],.:]$/.test(text) ? [mark(text)] : [word(text)];
    case 'unknown':
      return text === ';'
        ? [mark(text)]
        : valuesIn(text.replace(/\p{Default_Ignorable_Code_Point}/gu, ''));
    case 'end':
      return [];
  }
}

/** Whether a unit follows a number. */
function isLength(pieces: readonly LexedPiece[], at: number): boolean {
  const next = pieces[at + 1];
  return next?.kind === 'name' && unitSpelt(next.text) !== undefined;
}

/** A name is one word, but a negated name is two, and so is `exclude_sources`. */
function wordsIn(text: string): Atom[] {
  const excluding = excludingFilter(text);
  if (excluding) return [word('exclude'), word(excluding)];
  const isKnown = catalog.has(text) || knownAs(text).length > 0 || isUnit(text);
  const denied = isKnown || nullWords.has(text.toLowerCase()) ? undefined : deniedIn(text);
  return denied ? [word('NOT'), word(denied)] : [word(text)];
}

function deniedIn(text: string): string | undefined {
  return withoutNegation(text) ?? deniedByStart(text, catalog.keys());
}

/** The pieces of a string, so that words compare equal with and without quotes. */
function valuesIn(text: string): Atom[] {
  const found = text.match(/[\p{L}\p{N}_]+|[^\s'\p{L}\p{N}_]/gu) ?? [];
  return found.flatMap((piece) => {
    const [, amount, unit] = /^(\d+)(\p{L}+)$/u.exec(piece) ?? [];
    const hasUnit = amount !== undefined && unit !== undefined && unitSpelt(unit) !== undefined;
    return (hasUnit ? [amount, unit] : [piece]).map(valueAtom);
  });
}

function valueAtom(text: string): Atom {
  const names = () => [text, unitNamed(text)].filter((name) => name !== undefined);
  return { kind: 'value', text, names };
}

function mark(text: string): Atom {
  return { kind: 'mark', text, names: () => [] };
}

function word(text: string): Atom {
  let names: readonly string[] | undefined;
  return {
    kind: 'word',
    text,
    names() {
      // Each equivalent asks for them again.
      names ??= namesOf(text);
      return names;
    },
  };
}

/** What a word of code stands for, in the normal form of equivalents.ts. */
function namesOf(text: string): readonly string[] {
  if (catalog.has(text)) return [text];
  const small = text.toLowerCase();
  const plain = small.replaceAll('_', '');
  const keyword = keywordOf({ kind: /^\w/.test(text) ? 'name' : 'symbol', text, start: 0, end: 0 });
  const operator = operators.get(foreignOperators[text] ?? text);
  const names = [
    ...[keyword, operator, unitNamed(text), conjunctionMeant(text), ...knownAs(text)],
    comparisonCalled(plain),
  ];
  if (nullWords.has(small)) names.push('NULL');
  const known = names.filter((name) => name !== undefined);
  return known.length > 0 ? known : [plain, misspelt(text) ?? plain];
}

/** Longer names are not typos. */
const maxNameChars = 40;

/** How many letters a misspelled name may lack or have in excess. */
const maxOtherLetters = 2;

/**
 * The function whose name has nearly the same letters as a text. It is found in a different way
 * from the one that a fix suggests, so that the two have to agree.
 */
function misspelt(text: string): string | undefined {
  if (text.length > maxNameChars || !/^\p{L}/u.test(text)) return undefined;
  const first = text.charAt(0).toLowerCase();
  const hasEmptyParts = /(?:^|_)(?:is|of|the)(?:_|$)/i.test(text);
  const [nearest, next] = [...catalog.keys()]
    .filter((name) => hasEmptyParts || name.startsWith(first))
    .filter((name) => hasEmptyParts || Math.abs(name.length - text.length) < 6)
    .map((name) => ({ name, others: otherLetters(withoutEmptyParts(text, name), name) }))
    .filter(({ others }) => others <= maxOtherLetters)
    .sort((one, other) => one.others - other.others);
  return nearest && nearest.others !== next?.others ? nearest.name : undefined;
}

/** A text in lowercase, without the filler words that the name does not contain. */
function withoutEmptyParts(text: string, name: string): string {
  const parts = text.toLowerCase().split('_');
  const kept = parts.filter((part) => !/^(?:is|of|the)$/.test(part) || name.includes(part));
  return kept.join('');
}

/**
 * How many letters only one of two strings has; infinite if they start differently or one continues.
 */
function otherLetters(text: string, name: string): number {
  const known = name.replaceAll('_', '');
  const isLonger = text.startsWith(known) && text.length > known.length + 1;
  if (text[0] !== known[0] || isLonger) return Number.POSITIVE_INFINITY;
  let others = text.length;
  const left = [...text];
  for (const letter of known) {
    const at = left.indexOf(letter);
    others += at < 0 ? 1 : -1;
    if (at >= 0) left.splice(at, 1);
  }
  return others;
}
