import type { Argument, Chain, Expression, FunctionCall, Named } from './ast.ts';
import {
  catalog,
  comparisonInstead,
  conditionFilter,
  filterOf,
  functionOf,
  isConditionTaker,
  isFilter,
} from './catalog.ts';
import { comparisonIn, isExpression } from './chains.ts';
import type { Fix } from './diagnostic.ts';
import { format, formatArgument } from './format.ts';
import type { LanguageFunction } from './language-function.ts';

/*
 * Surplus arguments with a clear intention: a condition about the events, the value to compare
 * with, several values instead of one.
 */

/**
 * The text with these arguments moved to where they belong.
 *
 * @param place.max how many arguments the function takes. @param place.isValue whether the chain is
 * already an operand. @returns undefined if the intention is not clear.
 */
export function withSurplusInPlace(
  chain: Chain,
  call: FunctionCall,
  { max, isValue = false }: { max: number; isValue?: boolean },
): Fix | undefined {
  const entry = functionOf(call);
  if (!entry) return undefined;
  const surplus = call.args.slice(max);
  if (isConditionTaker(entry) && surplus.every((each) => filterMeant(each) !== undefined)) {
    return asFilters(chain, call, max);
  }
  if (entry.kind === 'comparison') return asSeveral(call, entry.name);
  const isLast = chain.calls.at(-1) === call && !isValue;
  const [value] = surplus;
  const isCompared = isLast && surplus.length === 1 && value?.kind === 'literal';
  if (!isCompared || !value || !takesComparison(entry, max)) return undefined;
  const operator = entry.kind === 'extractor' ? '=' : '>=';
  const kept = format({ ...chain, calls: [{ ...call, args: call.args.slice(0, max) }] });
  // At least 0 would always be true.
  if (operator === '>=' && !(value.type === 'number' && Number(value.text) > 0)) return undefined;
  const { start, end } = call;
  return { start, end, text: `${kept} ${operator} ${formatArgument(value)}` };
}

/** Whether the result of a function can be compared with its surplus argument. */
function takesComparison(entry: LanguageFunction, max: number): boolean {
  if (entry.kind === 'extractor') return entry.returns === 'ScalarExtractor';
  return entry.kind === 'reducer' && entry.family === 'counting' && max === 0;
}

/** Conditions get their own filters, before a reducer and after anything else. */
function asFilters(chain: Chain, call: FunctionCall, max: number): Fix | undefined {
  if (call.args.slice(0, max).some(isMissing)) return undefined;
  const filters = call.args
    .slice(max)
    .map((each) => `.${filterMeant(each)}`)
    .join('');
  const { start, end } = call;
  const bare: Chain = {
    kind: 'chain',
    start,
    end,
    calls: [{ ...call, args: call.args.slice(0, max) }],
  };
  const isReducer = functionOf(call)?.kind === 'reducer';
  const before = chain.calls[chain.calls.indexOf(call) - 1];
  // With the dot, which shows that it continues a chain.
  if (isReducer && before) return { start: before.end, end, text: `${filters}.${format(bare)}` };
  return { start, end, text: `${format(bare)}${filters}` };
}

/**
 * The filter that an argument means: a condition, a filter given by name (`within: 7 days`), or a call
 * of one (`within(7 days)`).
 */
function filterMeant(argument: Argument): string | undefined {
  if (argument.kind === 'named') return namedFilter(argument);
  if (argument.kind === 'chain' && argument.calls.every((call) => filterOf(call))) {
    return format(argument);
  }
  return isCondition(argument) ? `${conditionFilter}(${format(argument)})` : undefined;
}

function namedFilter({ name, value }: Named): string | undefined {
  const filter = isFilter(name) ? catalog.get(name) : undefined;
  const [parameter, ...others] = filter?.parameters ?? [];
  if (!filter || others.length > 0) return undefined;
  const isLength =
    value.kind === 'duration' || (value.kind === 'literal' && value.type === 'string');
  const fits = parameter?.kind === 'duration' ? isLength : isCondition(value);
  return fits ? `${filter.name}(${formatArgument(value)})` : undefined;
}

function isMissing({ kind }: Argument): boolean {
  return kind === 'missing';
}

function isCondition(argument: Argument): argument is Expression {
  if (argument.kind === 'chain') return comparisonIn(argument) !== undefined;
  return isExpression(argument) && !isMissing(argument);
}

/** Whether the arguments may be one number with thousands separators: `1,500`. */
function mayBeOneNumber(args: readonly Argument[]): boolean {
  return args.every((argument, index) => {
    const before = args[index - 1];
    const isNumber = argument.kind === 'literal' && argument.type === 'number';
    return (
      isNumber && (!before || (argument.start === before.end + 1 && argument.text.length === 3))
    );
  });
}

/** `equals('a', 'b')` means one of them. */
function asSeveral(call: FunctionCall, name: string): Fix | undefined {
  const several = comparisonInstead(name);
  const isClear = call.args.every(({ kind }) => kind === 'literal') && !mayBeOneNumber(call.args);
  if (!several || call.operator || !isClear) return undefined;
  const { start, end } = call;
  return { start, end, text: `${several}(${call.args.map(formatArgument).join(', ')})` };
}
