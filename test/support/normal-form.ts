import type { Argument, Chain, Expression, FunctionCall, Literal } from '../../src/query/ast.ts';

/*
 * What a definition says, apart from how it says it: two that have the same normal form mean the
 * same. It is stated here on its own, from the facts of the language.
 *
 * - The order of operands does not matter, nor what is said twice; NOT goes down to the conditions.
 * - A count is a whole number from zero and is never missing, nor is a sum; other values may be.
 * - `omits` is NOT `contains`, `absent` NOT `exists`.
 * - Filters that only leave out may stand in any order, and one `where` after another means AND.
 */

/** The normal form of a definition, for comparing only. */
export function normalForm(node: Expression): string {
  return formOf(node, false);
}

function formOf(node: Expression, denied: boolean): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return junction(node.kind, node.operands, denied);
    case 'not':
      return formOf(node.operand, !denied);
    case 'any':
    case 'all':
      return `${denied ? 'not ' : ''}${node.kind}(${formOf(node.operand, false)})`;
    case 'chain':
      return condition(node, denied);
    case 'missing':
      return '?';
  }
}

function junction(kind: 'and' | 'or', operands: readonly Expression[], denied: boolean): string {
  const opposite = kind === 'and' ? 'or' : 'and';
  const word = denied ? opposite : kind;
  const parts = operands.flatMap((operand) => partsOf(operand, word, denied));
  const distinct = [...new Set(parts)].sort();
  return distinct.length === 1 ? (distinct[0] ?? '') : `${word}(${distinct.join('; ')})`;
}

/** The operands of a junction that come out as the same kind of junction count as its own. */
function partsOf(node: Expression, word: 'and' | 'or', denied: boolean): string[] {
  if (node.kind === 'not') return partsOf(node.operand, word, !denied);
  if (node.kind === 'and' || node.kind === 'or') {
    const opposite = node.kind === 'and' ? 'or' : 'and';
    if ((denied ? opposite : node.kind) === word) {
      return node.operands.flatMap((operand) => partsOf(operand, word, denied));
    }
  }
  return [formOf(node, denied)];
}

/** The comparisons of which one holds of a number if, and only if, the other does not. */
const opposites: Readonly<Record<string, string>> = {
  equals: 'differs',
  differs: 'equals',
  greater_than: 'at_most',
  at_most: 'greater_than',
  at_least: 'less_than',
  less_than: 'at_least',
};

/** The comparisons that say the opposite of another of any value, missing or not. */
const denials: Readonly<Record<string, string>> = { absent: 'exists', omits: 'contains' };

function condition(chain: Chain, denied: boolean): string {
  const last = chain.calls.at(-1);
  const calls = chain.calls.slice(0, -1);
  if (!last || calls.length === 0) return `${denied ? 'not ' : ''}${chainForm(chain.calls)}`;
  const subject = chainForm(calls);
  const reducer = calls.at(-1)?.name;
  const number = numberOf(last.args[0]);
  if ((reducer === 'count' || reducer === 'sum') && opposites[last.name] && number !== undefined) {
    const name = denied ? (opposites[last.name] ?? last.name) : last.name;
    return `${subject} ${reducer === 'count' ? countForm(name, number) : `${name} ${number}`}`;
  }
  const denial = denials[last.name];
  const isDenied = denial === undefined ? denied : !denied;
  return `${isDenied ? 'not ' : ''}${subject} ${comparisonForm(denial ?? last.name, last)}`;
}

/** A count compared, as the counts that are admitted. */
function countForm(name: string, number: number): string {
  if (!Number.isInteger(number)) return `${name} ${number}`;
  switch (name) {
    case 'at_least':
      return `from ${number}`;
    case 'greater_than':
      return `from ${number + 1}`;
    case 'at_most':
      return `to ${number}`;
    case 'less_than':
      return `to ${number - 1}`;
    case 'equals':
      return number === 0 ? 'to 0' : `only ${number}`;
    default:
      return number === 0 ? 'from 1' : `all but ${number}`;
  }
}

/** The comparison with one value that says the same as one with several. */
const singular: Readonly<Record<string, string>> = { one_of: 'equals', none_of: 'differs' };
const unordered = new Set(['one_of', 'none_of', 'contains']);

function comparisonForm(name: string, { args }: FunctionCall): string {
  const forms = args.map(argumentForm);
  const values = unordered.has(name) ? [...new Set(forms)].sort() : forms;
  const called = values.length === 1 ? (singular[name] ?? name) : name;
  return `${called}(${values.join(', ')})`;
}

function chainForm(calls: readonly FunctionCall[]): string {
  const [first, ...rest] = calls;
  if (!first) return '';
  const forms = [callForm(first)];
  let filters: string[] = [];
  let conditions: Expression[] = [];
  const flush = () => {
    if (conditions.length > 0) filters.push(`where(${junction('and', conditions, false)})`);
    forms.push(...filters.sort());
    filters = [];
    conditions = [];
  };
  for (const call of rest) {
    const [argument] = call.args;
    if (call.name === 'where' && argument && isExpression(argument)) conditions.push(argument);
    else if (['within', 'between', 'sources'].includes(call.name)) filters.push(callForm(call));
    else {
      flush();
      forms.push(callForm(call));
    }
  }
  flush();
  return forms.join('.');
}

function callForm({ name, args }: FunctionCall): string {
  const isName = ['event', 'trait', 'property', 'context', 'entity'].includes(name);
  return `${name}(${args.map(isName ? nameForm : argumentForm).join(', ')})`;
}

/** A name is never a number. */
function nameForm(argument: Argument): string {
  if (argument.kind === 'named') return `${argument.name}: ${nameForm(argument.value)}`;
  return argument.kind === 'literal'
    ? JSON.stringify(plain(argument.text))
    : argumentForm(argument);
}

function isExpression(argument: Argument): argument is Expression {
  return ['and', 'or', 'not', 'any', 'all', 'chain', 'missing'].includes(argument.kind);
}

const hoursOf: Readonly<Record<string, number>> = {
  second: 1 / 3600,
  minute: 1 / 60,
  hour: 1,
  day: 24,
  week: 168,
};

function argumentForm(argument: Argument): string {
  switch (argument.kind) {
    case 'literal':
      return literalForm(argument);
    case 'duration': {
      const hours = hoursOf[argument.unit.replace(/s$/, '')];
      return hours === undefined
        ? `${argument.amount} ${argument.unit}`
        : `${Number((Number(argument.amount) * hours).toFixed(6))} hours`;
    }
    case 'named':
      return `${argument.name}: ${argumentForm(argument.value)}`;
    case 'cast':
      return `${argumentForm(argument.operand)} as ${argument.type}`;
    case 'exclusion':
      return `{${argument.ids.map(literalForm).sort().join(', ')}}`;
    case 'chain':
      return chainForm(argument.calls);
    default:
      return normalForm(argument);
  }
}

/** A string stands for a number, a date, or true and false as well. */
function literalForm(literal: Literal): string {
  const number = numberOf(literal);
  return number === undefined ? JSON.stringify(plain(literal.text)) : String(number);
}

function numberOf(argument: Argument | undefined): number | undefined {
  if (argument?.kind !== 'literal' || argument.text.trim() === '') return undefined;
  if (!/^[-+]?[\d.]+(?:[eE][-+]?\d+)?$/.test(argument.text.trim())) return undefined;
  const number = Number(argument.text);
  return Number.isNaN(number) ? undefined : number;
}

function plain(text: string): string {
  return text.replaceAll("\\'", "'");
}
