import type { Argument, Call, Chain, Expression, Literal } from './ast.ts';
import { callsIn } from './calls.ts';
import { catalog } from './catalog.ts';
import { explainComparison, explainDuration } from './explain-comparison.ts';
import { amountOf, isSingular, saysTimes, times, timesOf } from './explain-count.ts';
import { withPlainDots } from './strings.ts';
import { nameOf, numberOf, plainText } from './values.ts';

/*
 * Values and streams in plain English, and the conditions inside a `where`, which are about one event
 * or entity.
 */

/** What the words depend on besides the definition. */
export interface Voice {
  /** Whose traits are meant, such as "the profile's". */
  owner: string;
  /** The events and entities whose `where` or reducer this stands in, outermost first. */
  around: readonly Around[];
  /** Whether this is what a nested stream is compared with; `parent:` is then the last one around. */
  isBeside?: boolean;
}

interface Around {
  isEvent: boolean;
  name: string;
}

/** The value that a chain without its comparison reads or reduces to, as a noun phrase. */
export function explainValue(value: Argument, voice: Voice): string {
  if (value.kind === 'literal') return explainLiteral(value);
  if (value.kind === 'cast') return explainValue(value.operand, voice);
  if (value.kind !== 'chain') return '…';
  const [extractor, ...rest] = value.calls;
  if (!extractor) return '…';
  const reducers = rest.filter((call) => catalog.get(call.name)?.kind === 'reducer');
  if (reducers.length === 0) return extracted(extractor, voice);
  const { name, limits } = explainStream(value, voice);
  const [reducer] = reducers;
  const property = reduced(reducer?.args[0], into(extractor, voice));
  const over = `over ${name}${limits}`;
  switch (reducer?.name) {
    case 'count':
      return `number of ${name}${limits}`;
    case 'sum':
      return `total ${property} ${over}`;
    case 'avg':
      return `average ${property} ${over}`;
    case 'max':
      return `largest ${property} ${over}`;
    case 'min':
      return `smallest ${property} ${over}`;
    case 'mode':
      return `most frequent ${property}${frequency(reducer)} ${over}`;
    case 'first':
      return `${property} in the first ${name}${limits}`;
    case 'last':
      return `${property} in the last ${name}${limits}`;
    default:
      return reducers.length > 1
        ? `number of different values of ${property} ${over}`
        : `different values of ${property} ${over}`;
  }
}

/** What a comparison says of the value of a chain, such as "is at least the account's **b**". */
export function explainCompared(chain: Chain, comparison: Call, denied: boolean, voice: Voice) {
  const beside = isStream(chain) ? { ...voice, isBeside: true } : voice;
  return explainComparison(comparison, denied, (value) => explainOperand(value, beside));
}

/** A value with the article or the owner that its kind needs. */
function explainOperand(value: Argument, voice: Voice): string {
  const said = explainValue(value, voice);
  const extractor = value.kind === 'chain' ? value.calls[0]?.name : undefined;
  if (extractor === 'trait') return `${voice.owner} ${said}`;
  return extractor === 'event' || extractor === 'entity' ? `the ${said}` : said;
}

function frequency({ args }: Call): string {
  const least = numberOf(args[1]);
  return least === undefined ? '' : ` (if it occurs at least ${times(String(least))})`;
}

function extracted(extractor: Call, voice: Voice): string {
  const [argument] = extractor.args;
  const name = bold(withPlainDots(nameOf(argument)));
  if (extractor.name === 'context') return `context ${name}`;
  return argument?.kind === 'named' ? `${outerOf(voice)}'s ${name}` : name;
}

/** The property that a reducer looks at; other words stand before it. */
function reduced(argument: Argument | undefined, voice: Voice): string {
  if (argument?.kind === 'cast') return reduced(argument.operand, voice);
  const property = argument?.kind === 'chain' ? argument.calls[0] : undefined;
  const [name] = property?.args ?? [];
  if (name?.kind !== 'named') return argument ? explainValue(argument, voice) : '';
  return `${bold(withPlainDots(nameOf(name)))} of ${outerOf(voice)}`;
}

/** Whose a `property(parent: …)` is; where more than one is around, it is named. */
function outerOf({ around, isBeside = false }: Voice): string {
  const outer = around.at(isBeside ? -1 : -2);
  const isOnly = around.length < (isBeside ? 2 : 3);
  if (!outer || (isOnly && outer.isEvent)) return 'the outer event';
  return isOnly ? 'the outer entity' : `that ${bold(outer.name)}`;
}

/** Into the `where` or the reducer of a stream. */
function into(extractor: Call | undefined, { owner, around }: Voice): Voice {
  const inner = { isEvent: extractor?.name !== 'entity', name: nameOf(extractor?.args[0]) };
  return { owner, around: [...around, inner] };
}

/** What a stream is of, and what its filters leave of it: windows first, conditions last. */
export function explainStream(chain: Chain, voice: Voice): { name: string; limits: string } {
  const [extractor, ...rest] = chain.calls;
  const filters = rest.toSorted((a, b) => Number(a.name === 'where') - Number(b.name === 'where'));
  const limits = filters.map((call, index) => {
    const phrase =
      call.name === 'where' ? wherePhrase(call, into(extractor, voice)) : filterPhrase(call, voice);
    return call.name === 'where' && filters[index - 1]?.name === 'where' ? `and ${phrase}` : phrase;
  });
  return {
    name: bold(nameOf(extractor?.args[0])),
    limits: limits.map((limit) => (limit === '' ? '' : ` ${limit}`)).join(''),
  };
}

function filterPhrase({ name, args }: Call, voice: Voice): string {
  const [first, second] = args;
  switch (name) {
    case 'within':
      if (first?.kind === 'named') return `within ${lengthOf(first.value)} of ${nearest(voice)}`;
      return `in the last ${lengthOf(first).replace(/^1 /, '')}`;
    case 'between':
      return `between ${lengthOf(first)} and ${lengthOf(second)} ago`;
    case 'expires_after':
      return `within sessions that end after ${lengthOf(first)} of silence`;
    case 'sources': {
      const ids = first?.kind === 'exclusion' ? first.ids.map((id) => bold(plainText(id))) : [];
      return `not counting ${ids.length > 1 ? 'the sources' : 'the source'} ${ids.join(', ')}`;
    }
    default:
      return '';
  }
}

/** The event that a window is relative to; where more than one is around, it is named. */
function nearest({ around }: Voice): string {
  const event = around.findLast(({ isEvent }) => isEvent);
  return event && around.length > 1 ? `that ${bold(event.name)}` : 'it';
}

/** A condition that goes on behind its end stands in parentheses, as something may follow. */
function wherePhrase({ args }: Call, inner: Voice): string {
  const [condition] = args;
  if (!condition) return 'where …';
  const text = insideClause(condition, inner);
  const isClosed = condition.kind === 'not' && isJunction(condition.operand);
  return `where ${isClosed || standsAlone(condition) ? text : `(${text})`}`;
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
  for (const { name } of callsIn(node)) if (name === 'where') return false;
  return true;
}

function isJunction({ kind }: Expression): boolean {
  return kind === 'and' || kind === 'or';
}

function insideChain(chain: Chain, voice: Voice, denied: boolean): string {
  const comparison = chain.calls.at(-1);
  const [extractor] = chain.calls;
  if (!comparison || !extractor || !endsInComparison(chain)) return '…';
  if (countsTimes(chain, comparison)) {
    const { name, limits } = explainStream(chain, voice);
    if (extractor.name === 'entity') {
      const verb = isSingular(comparison, denied) ? 'is' : 'are';
      return `there ${verb} ${amountOf(comparison, denied, name)}${limits}`;
    }
    const count = timesOf(comparison, denied);
    return count === 'never'
      ? `${name} never happened${limits}`
      : `${name} happened ${count}${limits}`;
  }
  const owner = extractor.name === 'trait' ? `${voice.owner} ` : '';
  const value = explainValue({ ...chain, calls: chain.calls.slice(0, -1) }, voice);
  return `${owner}${value} ${explainCompared(chain, comparison, denied, voice)}`;
}

/** Whether a chain counts events or entities and compares that with a number. */
export function countsTimes(chain: Chain, comparison: Call): boolean {
  const reducer = chain.calls.findLast((call) => catalog.get(call.name)?.kind === 'reducer');
  const isCount = reducer?.name === 'count' && !chain.calls.some(({ name }) => name === 'unique');
  return isCount && isStream(chain) && saysTimes(comparison);
}

function isStream({ calls: [extractor] }: Chain): boolean {
  return extractor?.name === 'event' || extractor?.name === 'entity';
}

export function endsInComparison(chain: Chain): boolean {
  return catalog.get(chain.calls.at(-1)?.name ?? '')?.kind === 'comparison';
}

function explainLiteral(literal: Literal): string {
  return literal.type === 'string'
    ? `"${plainText(literal).replaceAll('"', '\\"')}"`
    : literal.text;
}

function lengthOf(argument: Argument | undefined): string {
  return argument?.kind === 'duration' ? explainDuration(argument) : '…';
}

/** Asterisks in a name would end the bold print, and what follows would pass for our own words. */
function bold(name: string): string {
  return `**${name.replaceAll('*', '\\*')}**`;
}
