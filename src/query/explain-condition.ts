import type { Argument, Chain, Expression, FunctionCall, Span } from './ast.ts';
import { extractorOf, filterOf, isWindow, reducerOf, takesCondition } from './catalog.ts';
import { type ComparisonAtEnd, comparisonIn, streamKindOf, withoutLast } from './chains.ts';
import { compared } from './explain-comparison.ts';
import { amountOf, type Bound, boundOf, times, timesOf } from './explain-count.ts';
import { explainFilter, isOuterToo, isWindowOfParent } from './explain-filter.ts';
import { explainLiteral, pathName } from './explain-name.ts';
import { inside, ofUser, outerOf, type Voice } from './explain-voice.ts';
import { format } from './format.ts';
import type { Filter, Presence, Reducer } from './language-function.ts';
import { explainDuration, fillPhrase, marked } from './phrases.ts';
import { kindOfChain, nameOf, numberOf } from './values.ts';

/*
 * Conditions, and the values and streams in them, in plain English. Outside a `where`, a condition
 * is a clause about someone ("who did X"); inside one, it is a sentence about an event or entity.
 *
 * A negation is pushed down to the single conditions (NOT (a AND b) becomes "not a, or not b"), so
 * that the scope of every "not" is unambiguous; a nested junction of the other kind is put in
 * parentheses.
 */

/** A condition and whether it is negated. */
interface Clause {
  node: Argument;
  denied: boolean;
  /** The characters that it explains: with NOT before it, those too. */
  whole: Span;
}

/**
 * The values, as text, that certainly exist where a condition matters, because another condition
 * says so.
 */
type Present = ReadonlySet<string>;
const nothingKnown: Present = new Set();

/** A condition as a clause; inside a `where`, as a sentence. */
export function explainCondition(node: Argument, voice: Voice): string {
  return explainClause(clauseOf(node), voice);
}

function clauseOf(node: Argument): Clause {
  return { node, denied: false, whole: node };
}

/** The clause without its NOT. */
function negated({ denied, whole }: Clause, node: Expression): Clause {
  return { node, denied: !denied, whole };
}

function explainClause(clause: Clause, voice: Voice, present = nothingKnown): string {
  return marked(clauseInWords(clause, voice, present), clause.whole, voice.wording);
}

function clauseInWords(clause: Clause, voice: Voice, present: Present): string {
  const { node, denied } = clause;
  switch (node.kind) {
    case 'and':
    case 'or':
      return explainJoined(joinedBy(node.kind, denied), [clause], voice, present);
    case 'not':
      return clauseInWords(negated(clause, node.operand), voice, present);
    case 'any':
    case 'all':
      return explainUsers(node.kind, node.operand, denied, voice);
    case 'chain':
      return explainChain(node, denied, voice, present);
    default:
      return voice.person ? `${voice.person.who} …` : '…';
  }
}

function joinedBy(kind: 'and' | 'or', denied: boolean): 'and' | 'or' {
  return (kind === 'and') === denied ? 'or' : 'and';
}

/** Conditions joined by a word, with nested junctions of the same kind merged. */
function explainJoined(
  word: 'and' | 'or',
  joined: readonly Clause[],
  voice: Voice,
  around = nothingKnown,
): string {
  const clauses = joined.flatMap((clause) => flatten(word, clause));
  const present = clauses.length > 1 ? new Set([...around, ...presentIn(word, clauses)]) : around;
  const parts = clauses.map((part) => {
    const text = explainClause(part, voice, present);
    return clauses.length > 1 && isOpen(part.node, voice) ? `(${text})` : text;
  });
  return parts.join(`, ${word} `);
}

/** The operands joined by this word, at any nesting. */
function flatten(word: 'and' | 'or', clause: Clause): Clause[] {
  const { node, denied } = clause;
  if (node.kind === 'not') return flatten(word, negated(clause, node.operand));
  const isSame =
    (node.kind === 'and' || node.kind === 'or') && joinedBy(node.kind, denied) === word;
  if (!isSame) return [clause];
  return node.operands.flatMap((operand) => flatten(word, { ...clauseOf(operand), denied }));
}

/**
 * The values that exist wherever the other conditions matter: with "and", if one condition is false
 * for a missing value; with "or", if one is true for it anyway.
 */
function presentIn(word: 'and' | 'or', clauses: readonly Clause[]): Present {
  const present = new Set<string>();
  for (const { node, denied } of clauses) {
    const comparison = node.kind === 'chain' ? comparisonIn(node) : undefined;
    if (node.kind !== 'chain' || !comparison) continue;
    const { family, isNegative = false, holdsOfMissing = false } = comparison.entry;
    const ofMissing = holdsOfMissing !== denied;
    const settles =
      word === 'and' ? !ofMissing && isNegative === denied : ofMissing && family === 'existence';
    if (settles) present.add(format(withoutLast(node)));
  }
  return present;
}

/** Whether a clause after this one could be read as part of it. */
function isOpen(node: Argument, voice: Voice): boolean {
  if (node.kind === 'not') return isOpen(node.operand, voice);
  if (node.kind !== 'chain') return node.kind !== 'missing';
  const hasCondition = node.calls.some((call) => takesCondition(filterOf(call)));
  return !voice.person && hasCondition && boundOfCount(node, false) !== undefined;
}

function explainUsers(
  kind: 'any' | 'all',
  operand: Expression,
  denied: boolean,
  voice: Voice,
): string {
  const user = ofUser(voice);
  const text = explainCondition(operand, user);
  const condition = isJunction(operand) ? `(${text})` : text;
  const words = voice.person ? aboutUsers : insideAboutUsers;
  return `${words[kind][denied ? 'denied' : 'affirmed']} ${condition}`;
}

const aboutUsers = {
  any: { affirmed: 'with at least one user', denied: 'with no user' },
  all: { affirmed: 'where every user is someone', denied: 'where not every user is someone' },
};
const insideAboutUsers = {
  any: {
    affirmed: 'there is at least one user for whom',
    denied: 'there is no user for whom',
  },
  all: { affirmed: 'every user is one for whom', denied: 'not every user is one for whom' },
};

function isJunction(node: Argument): boolean {
  if (node.kind === 'not') return isJunction(node.operand);
  return node.kind === 'and' || node.kind === 'or';
}

function explainChain(chain: Chain, denied: boolean, voice: Voice, present: Present): string {
  const comparison = comparisonIn(chain);
  if (!comparison) return voice.person ? `${voice.person.who} …` : '…';
  const bound = boundOfCount(chain, denied);
  if (bound) return explainCount(chain, bound, voice);
  const presence = explainPresence(chain, comparison, denied, voice);
  if (presence) return voice.person ? `${voice.person.forWhom} ${presence}` : presence;
  const words = explainComparison(chain, comparison, denied, voice, present);
  const rest = marked(words, comparison.call, voice.wording);
  const value = withoutLast(chain);
  if (!voice.person) return `${explainOperand(value, voice, 'noun')} ${rest}`;
  return `${voice.person.whose} ${explainValue(value, voice)} ${rest}`;
}

/**
 * The bound that a chain sets on the number of events or entities; undefined if it does not count.
 */
function boundOfCount(chain: Chain, denied: boolean): Bound | undefined {
  const comparison = comparisonIn(chain)?.call;
  const families = chain.calls.map((call) => reducerOf(call)?.family);
  const isCount = families.findLast((family) => family !== undefined) === 'counting';
  const isOfItems = isCount && !families.includes('distinct');
  return comparison && isOfItems && streamKindOf(chain) ? boundOf(comparison, denied) : undefined;
}

/** "who did **X** at least twice in the last 7 days", "**X** happened at least twice". */
function explainCount(chain: Chain, bound: Bound, voice: Voice): string {
  const { name, limits, hasWindow } = explainStream(chain, voice, 'clause');
  const { person, enclosing, wording } = voice;
  const counted = spanOf(chain.calls.slice(-2));
  if (streamKindOf(chain) === 'entities') {
    const ofRecord = enclosing.at(-1)?.stream === 'entities';
    const owner = ofRecord ? 'it' : 'the profile';
    const words = person
      ? { have: `${person.who} have`, doNotHave: `${person.who} do not have` }
      : { have: `${owner} has`, doNotHave: `${owner} does not have` };
    return marked(amountOf(bound, name, words), counted, wording) + limits;
  }
  const verbs = person
    ? { past: 'did', infinitive: 'do' }
    : { past: 'happened', infinitive: 'happen' };
  const phrases = timesOf(bound, { ...verbs, hasWindow });
  const verb = marked(phrases.verb, counted, wording);
  const often = spaced([marked(phrases.times, counted, wording)]);
  return person
    ? `${person.who} ${verb} ${name}${often}${limits}`
    : `${name} ${verb}${often}${limits}`;
}

/** The characters from the first call to the last. */
function spanOf(calls: readonly FunctionCall[]): Span | undefined {
  const [first] = calls;
  const last = calls.at(-1);
  return first && last && { start: first.start, end: last.end };
}

/** What `exists` or `absent` after a reducer means for the stream; undefined for other chains. */
function explainPresence(
  chain: Chain,
  { entry }: ComparisonAtEnd,
  denied: boolean,
  voice: Voice,
): string | undefined {
  const call = chain.calls.at(-2);
  const reducer = reducerOf(call);
  if (entry.holdsOfPresent === undefined || !call || !reducer) return undefined;
  const presence = presenceOf(reducer, call);
  if (!presence) return undefined;
  const phrase = entry.holdsOfPresent === denied ? presence.none : presence.some;
  return fillPhrase(phrase, reducerParts(withoutLast(chain), call, voice, 'noun'));
}

function presenceOf(reducer: Reducer, { args }: FunctionCall): Presence | undefined {
  const isFrequent = (numberOf(args[1]) ?? 1) > 1;
  return (isFrequent ? reducer.presenceIfFrequent : undefined) ?? reducer.presence;
}

/** The comparison of a chain's value in words, such as "is at least the account's **b**". */
function explainComparison(
  chain: Chain,
  comparison: ComparisonAtEnd,
  denied: boolean,
  voice: Voice,
  present: Present,
): string {
  const inner = streamKindOf(chain) ? { ...voice, isComparedWithStream: true } : voice;
  const { args } = comparison.call;
  const left = withoutLast(chain);
  return compared(comparison, denied, {
    values: args.map((value) => {
      if (value.kind === 'duration') return explainDuration(value);
      return ownerBefore(value, inner) + explainOperand(value, inner, 'operand');
    }),
    leftMayBeMissing: mayBeMissing(left, present),
    rightMayBeMissing: args.some((value) => mayBeMissing(value, present)),
    leftIsNumber: kindOfChain(left) === 'number',
    leftIsReduced: streamKindOf(left) !== undefined,
  });
}

/**
 * The owner of a property that a nested stream is compared with: without it, the sentence would
 * suggest that stream.
 */
function ownerBefore(value: Argument, voice: Voice): string {
  if (value.kind !== 'chain' || !voice.isComparedWithStream) return '';
  const [extractor] = value.calls;
  const isOwn = extractorOf(extractor)?.family === 'item' && extractor?.args[0]?.kind !== 'named';
  const here = voice.enclosing.at(-1);
  if (!isOwn || !here) return '';
  return `that ${voice.wording.name(here.name)}${here.stream === 'entities' ? ' record' : ''}'s `;
}

function mayBeMissing(value: Argument, present: Present): boolean {
  if (value.kind !== 'chain') return false;
  if (present.size > 0 && present.has(format(value))) return false;
  if (extractorOf(value.calls[0])?.family === 'constant') return false;
  return !reducerOf(value.calls.at(-1))?.hasValueOfNothing;
}

/** The value of a chain without its comparison, as a noun phrase. */
export function explainValue(value: Argument, voice: Voice, place: Place = 'noun'): string {
  const { wording } = voice;
  if (value.kind === 'literal') return marked(explainLiteral(value, wording), value, wording);
  if (value.kind === 'cast') return explainValue(value.operand, voice, place);
  if (value.kind !== 'chain') return '…';
  const [extractor] = value.calls;
  const last = value.calls.findLast((call) => reducerOf(call) !== undefined);
  if (!extractor) return '…';
  if (!last) return extracted(extractor, voice);
  const words = fillPhrase(phraseOf(last), reducerParts(value, last, voice, place));
  return marked(words, spanOf(value.calls), wording);
}

function phraseOf(reduction: FunctionCall): string {
  const [first] = reduction.args;
  const { english = '…', englishOfCast = {}, englishOfLists } = reducerOf(reduction) ?? {};
  if (first?.kind !== 'cast') return english;
  return (isOfLists(first) ? englishOfLists : undefined) ?? englishOfCast[first.type] ?? english;
}

/** Whether a list is read as a single value, which takes both `$` and a cast. */
function isOfLists(property: Argument | undefined): boolean {
  if (property?.kind !== 'cast' || property.operand.kind !== 'chain') return false;
  const isWhole = property.operand.calls.some(({ name }) => name === '$');
  return isWhole && property.type === 'array';
}

/** The parts that the phrases of a reducer can contain. */
function reducerParts(
  chain: Chain,
  call: FunctionCall,
  voice: Voice,
  place: Place,
): Record<string, string> {
  const at = chain.calls.indexOf(call);
  const before = chain.calls.slice(0, at);
  const { name, limits } = explainStream({ ...chain, calls: before }, voice, place);
  const isRecord = streamKindOf(chain) === 'entities';
  const isOfValues = before.some((other) => reducerOf(other) !== undefined);
  const [property, least] = call.args;
  const often = `at least ${times(String(numberOf(least) ?? 1))}`;
  return {
    stream: isOfValues
      ? explainValue({ ...chain, calls: before }, voice, place)
      : `${isRecord ? `${ownerOfRecords(voice)}${name} records` : name}${limits}`,
    item: `${name}${isRecord ? recordIn(voice) : ''}${limits}`,
    property: reduced(property, inside(chain.calls[0], voice)),
    times: often,
    frequency: numberOf(least) === undefined ? '' : ` (if it occurs ${often})`,
    kind: kindOfValues(chain, property),
  };
}

/** Whose records they are, inside a `where`. */
function ownerOfRecords({ enclosing, owner }: Voice): string {
  const around = enclosing.at(-1);
  if (!around) return '';
  return around.stream === 'entities' ? 'its ' : `${owner} `;
}

function recordIn({ enclosing }: Voice): string {
  return enclosing.at(-1)?.stream === 'entities' ? ' record of it' : ' record';
}

function kindOfValues(chain: Chain, property: Argument | undefined): string {
  if (kindOfChain(chain) === 'number') return 'numeric value';
  return isOfLists(property) ? 'list' : 'value';
}

/** A value with the article or owner that its kind needs. */
function explainOperand(value: Argument, voice: Voice, place: Place): string {
  const text = explainValue(value, voice, place);
  if (value.kind !== 'chain') return text;
  if (streamKindOf(value)) return `the ${text}`;
  const isOfProfile = extractorOf(value.calls[0])?.family === 'profile';
  return isOfProfile ? `${voice.owner} ${text}` : text;
}

function extracted(extractor: FunctionCall, voice: Voice): string {
  const [argument] = extractor.args;
  const { wording } = voice;
  if (argument?.kind === 'literal' && extractorOf(extractor)?.family === 'constant') {
    return marked(explainLiteral(argument, wording), extractor, wording);
  }
  const own = pathName(nameOf(argument), wording);
  const name = argument?.kind === 'named' ? `${outerOf(voice)}'s ${own}` : own;
  const words = fillPhrase(extractorOf(extractor)?.english ?? '{name}', { name });
  return marked(words, extractor, wording);
}

/** The property that a reducer reads; other words come before it. */
function reduced(argument: Argument | undefined, voice: Voice): string {
  if (argument?.kind === 'cast') return reduced(argument.operand, voice);
  const property = argument?.kind === 'chain' ? argument.calls[0] : undefined;
  const [name] = property?.args ?? [];
  if (name?.kind !== 'named') return argument ? explainValue(argument, voice) : '';
  const words = `${pathName(nameOf(name), voice.wording)} of ${outerOf(voice)}`;
  return marked(words, argument, voice.wording);
}

/**
 * The role of a stream: the object of a clause, part of a noun phrase, or the right side of a
 * comparison.
 */
type Place = 'clause' | 'noun' | 'operand';

/** The name of a stream and the limits that its filters set. */
interface Stream {
  name: string;
  /** Windows first, conditions last; with a leading space. */
  limits: string;
  /** Whether there is a time window. */
  hasWindow: boolean;
}

/**
 * Puts a stream into words. Filters before a session stay before it, because they decide what ends
 * it.
 */
function explainStream(chain: Chain, voice: Voice, place: Place): Stream {
  const [extractor, ...rest] = chain.calls;
  const filters = rest.filter((call) => filterOf(call) !== undefined);
  const session = filters.findLastIndex((call) => filterOf(call)?.family === 'session');
  const ending = filters.slice(session, session + 1);
  const { wording } = voice;
  const own = marked(wording.name(nameOf(extractor?.args[0])), extractor, wording);
  const name = isOuterToo(chain, voice) ? `${own} (including the outer one)` : own;
  const before = limitsOf(filters.slice(0, Math.max(session, 0)), extractor, voice, 'operand');
  const isRecord = streamKindOf(chain) === 'entities';
  const event = `any ${before ? 'such ' : ''}${own}${isRecord ? ' record' : ''}`;
  const after = limitsOf(filters.slice(session + 1), extractor, voice, place);
  return {
    name: name + before,
    limits: ending.map((call) => ` ${explainFilter(call, voice, event)}`).join('') + after,
    hasWindow: filters.some(isWindow),
  };
}

/** The limits that some of the filters of a stream set, in words. */
function limitsOf(
  filters: readonly FunctionCall[],
  extractor: FunctionCall | undefined,
  voice: Voice,
  place: Place,
): string {
  const phrasesOf = (family: Filter['family']) =>
    filters
      .filter((call) => filterOf(call)?.family === family)
      .map((call) => explainFilter(call, voice));
  const windows = phrasesOf('window');
  // Doing it once in each of two windows is not doing it in their overlap.
  const window = `${windows.length > 1 ? 'at a time both ' : ''}${windows.join(' and ')}`;
  const sources = phrasesOf('source').join(' and ');
  const wheres = filters.filter((call) => takesCondition(filterOf(call)));
  const where = wherePhrase(wheres, inside(extractor, voice));
  if (place === 'clause') {
    return spaced([
      window,
      sources && `(${sources})`,
      where.mark(where.isOpen ? `where (${where.text})` : where.text && `where ${where.text}`),
    ]);
  }
  const isOfParent = filters.some((call) => isWindowOfParent(call));
  const isBare = place === 'noun' && !isOfParent;
  const others = [isBare ? '' : window, sources].filter((phrase) => phrase !== '');
  const whereLast = where.isOpen && others.length > 0 ? `(${where.text})` : where.text;
  const closed = [...others, ...(whereLast ? [where.mark(`where ${whereLast}`)] : [])].join(', ');
  return spaced([isBare ? window : '', closed && `(${closed})`]);
}

function spaced(phrases: readonly string[]): string {
  return phrases.map((phrase) => (phrase === '' ? '' : ` ${phrase}`)).join('');
}

/** Several `where`s read as one whose conditions are joined by "and". */
function wherePhrase(
  wheres: readonly FunctionCall[],
  voice: Voice,
): { text: string; isOpen: boolean; mark: (phrase: string) => string } {
  const conditions = wheres.flatMap(({ args }) => args.slice(0, 1));
  const clauses = conditions.flatMap((node) => flatten('and', clauseOf(node)));
  const only = wheres.length === 1 ? wheres[0] : undefined;
  return {
    text: explainJoined('and', clauses, voice),
    isOpen: clauses.length > 1 || clauses.some(({ node }) => isOpen(node, voice)),
    mark: (phrase) => marked(phrase, only, voice.wording),
  };
}
