import type { Argument, Call, Chain, Duration, Expression, Literal } from './ast.ts';
import { catalog } from './catalog.ts';
import type { Level } from './check.ts';
import { explainComparison, explainDuration } from './explain-comparison.ts';
import { numberOf, plainText } from './values.ts';

/*
 * A definition in plain English. Every condition becomes a clause about someone ("who did X", "whose
 * y is z"), and clauses are joined as the definition joins them; what is nested stands in
 * parentheses, so that no sentence can be read in two ways.
 */

/** Whom a clause is about, as the words that begin it. */
interface Subject {
  who: string;
  whose: string;
}

const person: Subject = { who: 'who', whose: 'whose' };
const account: Subject = { who: 'that', whose: 'whose' };

/**
 * Explains a definition to a person who has to agree to it.
 *
 * @returns one sentence; names are in bold by Markdown's `**`.
 */
export function explain(tree: Expression, type: Level): string {
  const subject = type === 'accounts' ? account : person;
  const noun = type === 'accounts' ? 'Accounts' : 'Users';
  if (tree.kind === 'chain' && !endsInComparison(tree)) return `${capital(explainValue(tree))}.`;
  return `${noun} ${clause(tree, subject)}.`;
}

function clause(node: Expression, subject: Subject): string {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const clauses = node.operands.map((operand) => nested(operand, subject));
      return clauses.join(`, ${node.kind} `);
    }
    case 'not':
      return denial(node.operand, subject);
    case 'any':
      return `with at least one user ${nested(node.operand, person)}`;
    case 'all':
      return `of which every user is one ${nested(node.operand, person)}`;
    case 'chain':
      return chainClause(node, subject, false);
    case 'missing':
      return `${subject.who} …`;
  }
}

function nested(node: Expression, subject: Subject): string {
  const text = clause(node, subject);
  return node.kind === 'and' || node.kind === 'or' ? `(${text})` : text;
}

function denial(node: Expression, subject: Subject): string {
  if (node.kind === 'not') return clause(node.operand, subject);
  if (node.kind === 'chain') return chainClause(node, subject, true);
  return `${subject.who} are not among those ${nested(node, subject)}`;
}

function chainClause(chain: Chain, subject: Subject, denied: boolean): string {
  const [extractor, ...rest] = chain.calls;
  const comparison = rest.at(-1);
  if (!extractor || !comparison || !endsInComparison(chain)) return `${subject.who} …`;
  const reducer = rest.findLast((call) => catalog.get(call.name)?.kind === 'reducer');
  if (extractor.name === 'event' || extractor.name === 'entity') {
    const isCount = reducer?.name === 'count' && !rest.some(({ name }) => name === 'unique');
    if (isCount && saysTimes(comparison)) return countClause(chain, comparison, subject, denied);
  }
  const said = explainComparison(comparison, denied, explainValue);
  return `${subject.whose} ${explainValue({ ...chain, calls: chain.calls.slice(0, -1) })} ${said}`;
}

/** "did **X** at least twice in the last 7 days where …". */
function countClause(chain: Chain, comparison: Call, subject: Subject, denied: boolean): string {
  const isEvent = chain.calls[0]?.name === 'event';
  const stream = explainStream(chain);
  const times = timesOf(comparison, denied);
  if (isEvent) {
    if (times === 'never') return `${subject.who} never did ${stream.name}${stream.limits}`;
    return `${subject.who} did ${stream.name} ${times}${stream.limits}`;
  }
  return `${subject.who} have ${amountOf(times)} related ${stream.name}${stream.limits}`;
}

/** "at least 2" for "at least twice": of things there are so many, they do not happen so often. */
function amountOf(times: string): string {
  if (times === 'never') return 'no';
  return times
    .replace(/ times$/, '')
    .replace(/once$/, '1')
    .replace(/twice$/, '2');
}

/** Whether a comparison of a count can be said as "at least twice". */
function saysTimes({ name, args }: Call): boolean {
  return Object.hasOwn(opposites, name) && numberOf(args[0]) !== undefined;
}

/** What a count compared with a number says: "never", "once", "at least 3 times". */
function timesOf(comparison: Call, denied: boolean): string {
  const number = numberOf(comparison.args[0]) ?? Number.NaN;
  const name = denied ? (opposites[comparison.name] ?? comparison.name) : comparison.name;
  const least = name === 'greater_than' && Number.isInteger(number) ? number + 1 : number;
  const most = name === 'less_than' && Number.isInteger(number) ? number - 1 : number;
  switch (name) {
    case 'at_least':
    case 'greater_than':
      return `at least ${times(least)}`;
    case 'at_most':
    case 'less_than':
      if (most < 0) return `fewer than ${times(number)}`;
      return most === 0 ? 'never' : `at most ${times(most)}`;
    case 'equals':
      return number === 0 ? 'never' : `exactly ${times(number)}`;
    default:
      return number === 0 ? 'at least once' : `any number of times but ${times(number)}`;
  }
}

const opposites: Readonly<Record<string, string>> = {
  at_least: 'less_than',
  less_than: 'at_least',
  at_most: 'greater_than',
  greater_than: 'at_most',
  equals: 'differs',
  differs: 'equals',
};

function times(number: number): string {
  if (number === 1) return 'once';
  return number === 2 ? 'twice' : `${number} times`;
}

/** The value that a chain without its comparison reads or reduces to, as a noun phrase. */
export function explainValue(value: Argument): string {
  if (value.kind === 'literal') return explainLiteral(value);
  if (value.kind === 'cast') return explainValue(value.operand);
  if (value.kind !== 'chain') return '…';
  const [extractor, ...rest] = value.calls;
  if (!extractor) return '…';
  const reducers = rest.filter((call) => catalog.get(call.name)?.kind === 'reducer');
  if (reducers.length === 0) return extracted(extractor);
  const { name, limits } = explainStream(value);
  const [reducer] = reducers;
  const property = reducer?.args[0] ? explainValue(reducer.args[0]) : '';
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

function frequency({ args }: Call): string {
  const least = numberOf(args[1]);
  return least === undefined ? '' : ` (if it occurs at least ${times(least)})`;
}

function extracted(extractor: Call): string {
  const [argument] = extractor.args;
  const name = bold(nameOf(argument).replace(/\\+\./g, '.'));
  if (extractor.name === 'context') return `context ${name}`;
  if (argument?.kind === 'named') return `the outer event's ${name}`;
  return name;
}

/** What a stream is of, and what its filters leave of it: windows first, conditions last. */
function explainStream(chain: Chain): { name: string; limits: string } {
  const [extractor, ...rest] = chain.calls;
  const filters = rest.toSorted((a, b) => Number(a.name === 'where') - Number(b.name === 'where'));
  const limits = filters.map((call, index) => {
    const phrase = filterPhrase(call);
    return call.name === 'where' && filters[index - 1]?.name === 'where' ? `and ${phrase}` : phrase;
  });
  return {
    name: bold(nameOf(extractor?.args[0])),
    limits: limits.map((limit) => (limit === '' ? '' : ` ${limit}`)).join(''),
  };
}

function filterPhrase({ name, args }: Call): string {
  const [first, second] = args;
  switch (name) {
    case 'within':
      if (first?.kind === 'named') return `within ${lengthOf(first.value)} of it`;
      return `in the last ${lengthOf(first).replace(/^1 /, '')}`;
    case 'between':
      return `between ${lengthOf(first)} and ${lengthOf(second)} ago`;
    case 'expires_after':
      return `within sessions that end after ${lengthOf(first)} of silence`;
    case 'sources': {
      const ids = first?.kind === 'exclusion' ? first.ids.map(({ text }) => `**${text}**`) : [];
      return `not counting ${ids.length > 1 ? 'the sources' : 'the source'} ${ids.join(', ')}`;
    }
    case 'where': {
      const condition = first ? insideClause(first) : '…';
      const joined = first?.kind === 'and' || first?.kind === 'or';
      return `where ${joined ? `(${condition})` : condition}`;
    }
    default:
      return '';
  }
}

/** A condition about one event or entity, not about a person. */
function insideClause(node: Argument, denied = false): string {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const parts = node.operands.map((operand) => {
        const text = insideClause(operand);
        return standsAlone(operand) ? text : `(${text})`;
      });
      const joined = parts.join(` ${node.kind} `);
      return denied ? `it is not so that (${joined})` : joined;
    }
    case 'not':
      return insideClause(node.operand, !denied);
    case 'chain':
      return insideChain(node, denied);
    default:
      return '…';
  }
}

/** Whether what follows can't be read as a part of this. */
function standsAlone(node: Expression): boolean {
  if (node.kind === 'not') return standsAlone(node.operand);
  return node.kind === 'chain' && !node.calls.some(({ name }) => name === 'where');
}

function insideChain(chain: Chain, denied: boolean): string {
  const comparison = chain.calls.at(-1);
  const [extractor] = chain.calls;
  if (!comparison || !extractor || !endsInComparison(chain)) return '…';
  const isStream = extractor.name === 'event' || extractor.name === 'entity';
  const reducer = chain.calls.findLast((call) => catalog.get(call.name)?.kind === 'reducer');
  const isCount = reducer?.name === 'count' && !chain.calls.some(({ name }) => name === 'unique');
  if (isStream && isCount && saysTimes(comparison)) {
    const { name, limits } = explainStream(chain);
    const count = timesOf(comparison, denied);
    if (extractor.name === 'entity') return `there is ${amountOf(count)} related ${name}${limits}`;
    return count === 'never'
      ? `${name} never happened${limits}`
      : `${name} happened ${count}${limits}`;
  }
  const owner = extractor.name === 'trait' ? "the profile's " : '';
  const value = explainValue({ ...chain, calls: chain.calls.slice(0, -1) });
  return `${owner}${value} ${explainComparison(comparison, denied, explainValue)}`;
}

function explainLiteral(literal: Literal): string {
  return literal.type === 'string' ? `"${plainText(literal)}"` : literal.text;
}

function endsInComparison(chain: Chain): boolean {
  return catalog.get(chain.calls.at(-1)?.name ?? '')?.kind === 'comparison';
}

function lengthOf(argument: Argument | undefined): string {
  return argument?.kind === 'duration' ? explainDuration(argument satisfies Duration) : '…';
}

/** The name in an extractor's argument. */
export function nameOf(argument: Argument | undefined): string {
  if (argument?.kind === 'named') return nameOf(argument.value);
  return argument?.kind === 'literal' ? plainText(argument) : '…';
}

function bold(name: string): string {
  return `**${name}**`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
