import type { Argument, Chain, Expression, FunctionCall, Literal } from './ast.ts';
import {
  comparisonOf,
  extractorOf,
  filterOf,
  functionOf,
  reducerOf,
  takesCondition,
} from './catalog.ts';
import { callsIn, comparisonIn, streamKindOf, withoutLast } from './chains.ts';
import { amountOf, type Bound, boundOf, isSingular, times, timesOf } from './explain-count.ts';
import type { StreamKind } from './language-function.ts';
import { explainDuration, fillPhrase, listWithOr, type Wording } from './phrases.ts';
import { withPlainDots } from './strings.ts';
import { nameOf, numberOf, plainText } from './values.ts';

/*
 * Values and streams in plain English, and the conditions inside a `where`, which are about one event
 * or entity.
 */

/** What the words depend on apart from the definition. */
export interface Voice {
  /** Whose traits are meant, such as "the profile's". */
  owner: string;
  /** The streams whose `where`s or reducers this is in, outermost first. */
  enclosing: readonly Enclosing[];
  /** Whether this is what a nested stream is compared with: then `parent:` is the innermost. */
  isComparedWithStream?: boolean;
  wording: Wording;
}

interface Enclosing {
  stream: StreamKind | undefined;
  name: string;
}

/** The value that a chain without its comparison reads or reduces to, as a noun phrase. */
export function explainValue(value: Argument, voice: Voice): string {
  if (value.kind === 'literal') return explainLiteral(value, voice);
  if (value.kind === 'cast') return explainValue(value.operand, voice);
  if (value.kind !== 'chain') return '…';
  const [extractor, ...rest] = value.calls;
  if (!extractor) return '…';
  const reducers = rest.filter((call) => reducerOf(call) !== undefined);
  if (reducers.length === 0) return extracted(extractor, voice);
  const { name, limits } = explainStream(value, voice);
  let stream = `${name}${limits}`;
  for (const reducer of reducers) {
    const property = reduced(reducer.args[0], inside(extractor, voice));
    const parts = { stream, property, frequency: frequency(reducer) };
    stream = fillPhrase(reducerOf(reducer)?.english ?? '…', parts);
  }
  return stream;
}

/** What a comparison says of the value of a chain, such as "is at least the account's **b**". */
export function explainCompared(
  chain: Chain,
  comparison: FunctionCall,
  denied: boolean,
  voice: Voice,
): string {
  const inner = streamKindOf(chain) ? { ...voice, isComparedWithStream: true } : voice;
  const values = comparison.args.map((value) =>
    value.kind === 'duration' ? explainDuration(value) : explainOperand(value, inner),
  );
  const phrase = comparisonOf(comparison)?.english[denied ? 'denied' : 'affirmed'];
  return fillPhrase(phrase ?? '…', { value: listWithOr(values) });
}

/** A value with the article or the owner that its kind needs. */
function explainOperand(value: Argument, voice: Voice): string {
  const text = explainValue(value, voice);
  if (value.kind !== 'chain') return text;
  return streamKindOf(value) ? `the ${text}` : `${ownerOf(value, voice)}${text}`;
}

/** Whose a value is, if it belongs to a profile; nothing for others. */
function ownerOf({ calls: [extractor] }: Chain, { owner }: Voice): string {
  return extractorOf(extractor)?.family === 'profile' ? `${owner} ` : '';
}

function frequency({ args }: FunctionCall): string {
  const minCount = numberOf(args[1]);
  return minCount === undefined ? '' : ` (if it occurs at least ${times(String(minCount))})`;
}

function extracted(extractor: FunctionCall, voice: Voice): string {
  const [argument] = extractor.args;
  const own = voice.wording.name(withPlainDots(nameOf(argument)));
  const name = argument?.kind === 'named' ? `${outerOf(voice)}'s ${own}` : own;
  return fillPhrase(extractorOf(extractor)?.english ?? '{name}', { name });
}

/** The property that a reducer looks at; other words come before it. */
function reduced(argument: Argument | undefined, voice: Voice): string {
  if (argument?.kind === 'cast') return reduced(argument.operand, voice);
  const property = argument?.kind === 'chain' ? argument.calls[0] : undefined;
  const [name] = property?.args ?? [];
  if (name?.kind !== 'named') return argument ? explainValue(argument, voice) : '';
  return `${voice.wording.name(withPlainDots(nameOf(name)))} of ${outerOf(voice)}`;
}

/** Whose a `property(parent: …)` is; where there is more than one, it is named. */
function outerOf({ enclosing, isComparedWithStream = false, wording }: Voice): string {
  const outer = enclosing.at(isComparedWithStream ? -1 : -2);
  const isOnly = enclosing.length < (isComparedWithStream ? 2 : 3);
  if (!outer || (isOnly && outer.stream !== 'entities')) return 'the outer event';
  return isOnly ? 'the outer entity' : `that ${wording.name(outer.name)}`;
}

/** Inside the `where` or the reducer of a stream. */
function inside(extractor: FunctionCall | undefined, { owner, enclosing, wording }: Voice): Voice {
  const stream = extractorOf(extractor)?.stream;
  return {
    owner,
    wording,
    enclosing: [...enclosing, { stream, name: nameOf(extractor?.args[0]) }],
  };
}

/** What a stream is of, and what its filters leave of it: windows first, conditions last. */
export function explainStream(chain: Chain, voice: Voice): { name: string; limits: string } {
  const [extractor, ...rest] = chain.calls;
  const filters = rest.toSorted((a, b) => Number(isWhere(a)) - Number(isWhere(b)));
  const limits = filters.map((call, index) => {
    const phrase = filterPhrase(call, extractor, voice);
    const isNextWhere = isWhere(call) && isWhere(filters[index - 1]);
    return isNextWhere ? `and ${phrase}` : phrase;
  });
  return {
    name: voice.wording.name(nameOf(extractor?.args[0])),
    limits: limits.map((limit) => (limit === '' ? '' : ` ${limit}`)).join(''),
  };
}

function isWhere(call: FunctionCall | undefined): boolean {
  return takesCondition(functionOf(call));
}

/** What a filter leaves of its stream; nothing for calls that are none. */
function filterPhrase(
  call: FunctionCall,
  extractor: FunctionCall | undefined,
  voice: Voice,
): string {
  const filter = filterOf(call);
  if (!filter) return '';
  const [first, second] = call.args;
  const isOfParent = call.args.some(({ kind }) => kind === 'named');
  if (isOfParent && filter.englishOfParent) {
    const [from, to] = [filterArgument(first, voice), filterArgument(second, voice)];
    return fillPhrase(filter.englishOfParent, { first: from, second: to, outer: nearest(voice) });
  }
  const inWords = isWhere(call)
    ? conditionPhrase(first, inside(extractor, voice))
    : filterArgument(first, voice);
  return fillPhrase(filter.english, { first: inWords, second: filterArgument(second, voice) });
}

/** A length of time, or the sources that are left out. */
function filterArgument(argument: Argument | undefined, voice: Voice): string {
  if (argument?.kind === 'named') return filterArgument(argument.value, voice);
  if (argument?.kind === 'duration') return explainDuration(argument);
  if (argument?.kind !== 'exclusion') return '…';
  const ids = argument.ids.map((id) => voice.wording.name(plainText(id)));
  return `${ids.length > 1 ? 'the sources' : 'the source'} ${ids.join(', ')}`;
}

/** The event that a window is relative to; where there is more than one, it is named. */
function nearest({ enclosing, wording }: Voice): string {
  const event = enclosing.findLast(({ stream }) => stream !== 'entities');
  return event && enclosing.length > 1 ? `that ${wording.name(event.name)}` : 'it';
}

/** The condition of a `where`; one that something could be read into is put in parentheses. */
function conditionPhrase(condition: Argument | undefined, voice: Voice): string {
  if (!condition) return '…';
  const text = insideClause(condition, voice);
  const isClosed = condition.kind === 'not' && isJunction(condition.operand);
  return isClosed || standsAlone(condition) ? text : `(${text})`;
}

/** A condition about one event or entity, not about a person. */
function insideClause(node: Argument, voice: Voice, denied = false): string {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const parts = node.operands.map((operand) => insideOperand(operand, voice));
      const joined = parts.join(` ${node.kind} `);
      return denied ? `it is not so that (${joined})` : joined;
    }
    case 'not':
      return insideClause(node.operand, voice, !denied);
    case 'any':
    case 'all': {
      const condition = insideOperand(node.operand, { ...voice, owner: "the user's" });
      const text = `for ${node.kind === 'any' ? 'at least one' : 'every'} user, ${condition}`;
      return denied ? `it is not so that (${text})` : text;
    }
    case 'chain':
      return insideChain(node, voice, denied);
    default:
      return '…';
  }
}

function insideOperand(operand: Expression, voice: Voice): string {
  const text = insideClause(operand, voice);
  return standsAlone(operand) ? text : `(${text})`;
}

/** Whether what follows can't be read as a part of this. */
function standsAlone(node: Argument): boolean {
  if (node.kind === 'not') return standsAlone(node.operand);
  if (node.kind !== 'chain') return node.kind === 'missing';
  for (const call of callsIn(node)) if (isWhere(call)) return false;
  return true;
}

function isJunction({ kind }: Expression): boolean {
  return kind === 'and' || kind === 'or';
}

function insideChain(chain: Chain, voice: Voice, denied: boolean): string {
  const comparison = comparisonIn(chain)?.call;
  if (!comparison) return '…';
  const bound = boundOfCount(chain, comparison, denied);
  if (bound) return insideCount(chain, bound, voice);
  const value = explainValue(withoutLast(chain), voice);
  return `${ownerOf(chain, voice)}${value} ${explainCompared(chain, comparison, denied, voice)}`;
}

/** "**X** happened at least twice in the last 7 days". */
function insideCount(chain: Chain, bound: Bound, voice: Voice): string {
  const { name, limits } = explainStream(chain, voice);
  if (streamKindOf(chain) === 'entities') {
    return `there ${isSingular(bound) ? 'is' : 'are'} ${amountOf(bound, name)}${limits}`;
  }
  const count = timesOf(bound);
  return count === 'never'
    ? `${name} never happened${limits}`
    : `${name} happened ${count}${limits}`;
}

/** How a chain bounds the number of events or entities; undefined if it does not count. */
export function boundOfCount(
  chain: Chain,
  comparison: FunctionCall,
  denied: boolean,
): Bound | undefined {
  const families = chain.calls.map((call) => reducerOf(call)?.family);
  const isCount = families.findLast((family) => family !== undefined) === 'counting';
  const isOfItems = isCount && !families.includes('distinct');
  return isOfItems && streamKindOf(chain) ? boundOf(comparison, denied) : undefined;
}

function explainLiteral(literal: Literal, { wording }: Voice): string {
  return literal.type === 'string' ? wording.text(plainText(literal)) : literal.text;
}
