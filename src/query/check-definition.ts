import type { Argument, Chain, Expression, FunctionCall, Literal } from './ast.ts';
import {
  arityOf,
  catalog,
  extractorOf,
  functionOf,
  isConditionTaker,
  knownAs,
  signature,
  windowFilter,
} from './catalog.ts';
import { isExpression } from './chains.ts';
import { type ArgumentContext, checkNamed } from './check-named.ts';
import type { CheckOptions } from './check-options.ts';
import { checkPlace, checkUse, isLateFilter, unknownFunction } from './check-place.ts';
import { checkCast, checkLiteral, checkTime, checkUnit } from './check-values.ts';
import type { Findings, Fix } from './diagnostic.ts';
import { unitNamed } from './durations.ts';
import { formatArgument } from './format.ts';
import { helpForDate, helpForFixedDate, helpForWindow } from './help.ts';
import type {
  ChainType,
  LanguageFunction,
  Parameter,
  ParameterKind,
  StreamKind,
} from './language-function.ts';
import { inside, type Scope } from './scope.ts';
import { quote } from './strings.ts';
import { withSurplusInPlace } from './surplus.ts';
import { isTimeText } from './times.ts';
import { isNumeric } from './values.ts';

/*
 * Finds what the reference rules out, from the whole definition through its conditions and chains
 * to the arguments of each call, which may contain conditions and chains in turn.
 */

/** Checks the type of a whole definition, and everything in it. */
export function checkDefinition(
  tree: Expression,
  options: Required<CheckOptions>,
  findings: Findings,
): void {
  const scope: Scope = { options, enclosing: [] };
  if (options.purpose === 'trait') checkTrait(tree, scope, findings);
  else checkCondition(tree, scope, findings);
}

/** Checks an expression that must be a value. */
function checkTrait(tree: Expression, scope: Scope, findings: Findings): void {
  if (tree.kind !== 'chain') {
    checkCondition(tree, scope, findings);
    if (tree.kind !== 'missing') notAValue(tree, findings);
    return;
  }
  const type = checkChain(tree, scope, findings);
  if (type === 'Comparator') notAValue(tree, findings);
  else if (type && !['Scalar', 'ScalarExtractor', 'ListScalar'].includes(type)) {
    const more = { help: 'End it with a reducer, such as .count() or .sum(property(…)).' };
    findings.error('not-a-value', tree, 'A computed trait must be a value.', more);
  }
}

function notAValue(tree: Expression, findings: Findings): void {
  const message = 'A computed trait must be a value, not true or false.';
  findings.error('not-a-value', tree, message, {
    help: 'Remove the comparison, or make it an audience.',
  });
}

/** Checks an expression that must be true or false. */
function checkCondition(node: Expression, scope: Scope, findings: Findings): void {
  if (findings.isFull) return;
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) checkCondition(operand, scope, findings);
      return;
    case 'any':
    case 'all':
      if (scope.options.type !== 'accounts') {
        const word = node.kind.toUpperCase();
        const span = { start: node.start, end: node.start + word.length };
        findings.error(
          'accounts-only',
          span,
          `${word} works only in definitions of type accounts.`,
          {
            help: 'Remove it, or change the type of the definition to accounts.',
          },
        );
      }
      checkCondition(node.operand, scope, findings);
      return;
    case 'not':
      checkCondition(node.operand, scope, findings);
      return;
    case 'chain': {
      const { errors } = findings;
      const type = checkChain(node, scope, findings);
      const isBroken = findings.isBrokenAt(node.end) || findings.errors > errors;
      if (type && type !== 'Comparator' && !isBroken) missingComparison(node, type, findings);
      return;
    }
    case 'missing':
      return;
  }
}

/** What a chain of each type needs to become true or false. */
const comparisonFor: Partial<Record<ChainType, { what: string; example?: string }>> = {
  VectorExtractor: {
    what: 'Events and entities must be counted and compared',
    example: '.count() >= 1',
  },
  StreamFilter: {
    what: 'Events and entities must be counted and compared',
    example: '.count() >= 1',
  },
  WindowedFilter: {
    what: 'Events and entities must be counted and compared',
    example: '.count() >= 1',
  },
  ListScalar: {
    what: 'A list of values must be counted and compared',
    example: '.count() >= 1',
  },
  ScalarExtractor: { what: 'A value must be compared', example: '.exists()' },
  Scalar: { what: 'A value must be compared', example: '>= 1' },
  Literal: { what: 'A fixed value is not a condition' },
};

function missingComparison(chain: Chain, type: ChainType, findings: Findings): void {
  const needed = comparisonFor[type] ?? { what: 'This is not a condition' };
  const message = `${needed.what}: an audience must be true or false.`;
  findings.error('missing-comparison', chain, message, {
    help: needed.example
      ? `Add a comparison, such as ${needed.example}.`
      : "Start with event('…') or trait('…'), then compare it.",
  });
}

/**
 * Checks a chain, call by call.
 *
 * @returns its type; undefined if an error leaves that open.
 */
function checkChain(chain: Chain, outer: Scope, findings: Findings): ChainType | undefined {
  const stream = streamMeant(chain);
  const scope = stream ? { ...outer, stream } : outer;
  let type: ChainType | undefined;
  for (const [index, call] of chain.calls.entries()) {
    // It is an operator only inside a chain.
    if (call.name === '$' && index > 0) continue;
    type = checkCall(chain, index, type, scope, findings);
  }
  return type;
}

/**
 * Checks one call of a chain.
 *
 * @param before the type of the chain before the call. @returns the type after it; undefined if an
 * error leaves that open, as a misplaced call does.
 */
function checkCall(
  chain: Chain,
  index: number,
  before: ChainType | undefined,
  scope: Scope,
  findings: Findings,
): ChainType | undefined {
  const call = chain.calls[index];
  const entry = functionOf(call);
  if (!call || !entry) {
    if (call?.name !== '') unknownFunction(chain, index, before, findings);
    return undefined;
  }
  const window = windowMeant(call, entry);
  if (window) {
    const { start, end } = call;
    findings.error('wrong-argument', call.args[0] ?? call, `${call.name} takes property('…').`, {
      help: `Did you mean ${window}?`,
      fix: { start, end, text: window },
    });
    return catalog.get(windowFilter)?.returns;
  }
  const inPlace = checkPlace(chain, index, entry, before, { findings, isValue: scope.isValue });
  // What follows a misplaced filter applies to the value that was reduced before it.
  if (!inPlace) return isLateFilter(entry, before) ? before : undefined;
  checkUse(call, entry, scope, findings);
  checkArguments(chain, call, entry, scope, findings);
  return entry.returns;
}

/** The window that a reducer with the name of one means: `last(7 days)`. */
function windowMeant(call: FunctionCall, entry: LanguageFunction): string | undefined {
  const [length, ...others] = call.args;
  const isWindow = entry.kind === 'reducer' && knownAs(entry.name).includes(windowFilter);
  if (!isWindow || length?.kind !== 'duration' || others.length > 0) return undefined;
  return `${windowFilter}(${formatArgument(length)})`;
}

/** The kind of stream that a chain reads; one with an unknown start is assumed to read events. */
function streamMeant(chain: Chain): StreamKind | undefined {
  const begin = functionOf(chain.calls[0]);
  if (!begin) return 'events';
  return begin.kind === 'extractor' ? begin.stream : undefined;
}

/** Checks the number and kinds of a call's arguments. */
function checkArguments(
  chain: Chain,
  call: FunctionCall,
  entry: LanguageFunction,
  scope: Scope,
  findings: Findings,
): void {
  const { parameters } = entry;
  const { min, max } = arityOf(entry);
  if (call.args.length < min || call.args.length > max) {
    wrongCount(call, entry, max, { chain, scope, findings });
  }
  const context = { call, entry, scope, findings };
  for (const [index, argument] of call.args.entries()) {
    const parameter = parameters[Math.min(index, parameters.length - 1)];
    if (parameter && index < max) checkArgument(argument, parameter, context);
  }
}

function wrongCount(
  call: FunctionCall,
  entry: LanguageFunction,
  max: number,
  { chain, scope, findings }: { chain: Chain; scope: Scope; findings: Findings },
): void {
  // What could not be read was reported.
  if (call.args.some(({ kind }) => kind === 'missing')) return;
  const given = call.args.length;
  const needed = max === 0 ? 'no arguments' : signature(entry);
  const message = `${call.name} has ${given} argument${given === 1 ? '' : 's'}; expected ${needed}.`;
  const surplus = call.args[max];
  const fix = surplus && withSurplusInPlace(chain, call, { max, isValue: scope.isValue });
  findings.error('argument-count', surplus ?? call, message, {
    help: fix ? `Did you mean ${fix.text}?` : helpForCount(entry, surplus),
    fix,
  });
}

function helpForCount(entry: LanguageFunction, surplus: Argument | undefined): string {
  const isStream = entry.kind === 'extractor' && entry.family === 'stream';
  if (isStream && surplus && isString(surplus)) {
    return 'Write a separate condition for each, joined with AND or OR.';
  }
  const isOfStream = isConditionTaker(entry) && surplus?.kind === 'duration';
  const place = entry.kind === 'reducer' ? 'before' : 'after';
  return isOfStream
    ? `For a time window, write .${windowFilter}(${formatArgument(surplus)}) ${place} it.`
    : `Example: ${entry.example}`;
}

function checkArgument(given: Argument, parameter: Parameter, context: ArgumentContext): void {
  const argument = given.kind === 'named' ? checkNamed(given, parameter, context) : given;
  if (!argument || argument.kind === 'missing') return;
  const fits = checkers[parameter.kind](argument, parameter, context);
  if (!fits) wrongArgument(argument, parameter, context);
}

/** Whether an argument is of the right kind; reports anything else that is wrong with it. */
type Checker = (argument: Argument, parameter: Parameter, context: ArgumentContext) => boolean;

const checkers: Record<ParameterKind, Checker> = {
  name(argument, { label }, { findings }) {
    if (isString(argument) && argument.text.trim() === '') {
      findings.warn('empty-name', argument, `The ${label} is empty.`, {
        help: `Write the ${label} between the quotes.`,
      });
    }
    return isString(argument);
  },
  text: (argument) => isString(argument),
  number: (argument) =>
    argument.kind === 'literal' && (argument.type === 'number' || isNumeric(argument.text)),
  exclusion: (argument) => argument.kind === 'exclusion',
  value(argument, _, { findings }) {
    if (argument.kind === 'literal') checkLiteral(argument, findings);
    return argument.kind === 'literal';
  },
  timestamp(argument, _, { findings }) {
    if (argument.kind !== 'literal') return false;
    // A number may be a date without separators.
    if (argument.type === 'number' && !isTimeText(argument.text)) return false;
    checkTime(argument, findings);
    return true;
  },
  duration(argument, parameter, { findings }) {
    if (argument.kind !== 'duration') return false;
    checkUnit(argument, parameter, findings);
    return true;
  },
  scalar(argument, _, { scope, findings }) {
    if (argument.kind === 'literal') checkLiteral(argument, findings);
    if (argument.kind === 'chain') checkScalar(argument, scope, findings);
    return argument.kind === 'literal' || argument.kind === 'chain';
  },
  property(argument, parameter, { call, scope, findings }) {
    if (argument.kind === 'cast') checkCast(argument, parameter, call, findings);
    const operand = argument.kind === 'cast' ? argument.operand : argument;
    if (operand.kind !== 'chain') return operand.kind === 'missing';
    const type = checkChain(operand, { ...inside(scope), isValue: true }, findings);
    const readsItem = extractorOf(operand.calls[0])?.family === 'item';
    return type === undefined || (type === 'ScalarExtractor' && readsItem);
  },
  definition(argument, _, { scope, findings }) {
    if (!isExpression(argument)) return false;
    checkCondition(argument, inside(scope), findings);
    return true;
  },
};

function checkScalar(chain: Chain, scope: Scope, findings: Findings): void {
  const type = checkChain(chain, { ...scope, isValue: true }, findings);
  const scalars: ChainType[] = ['Scalar', 'ScalarExtractor', 'Literal'];
  if (type === undefined || scalars.includes(type)) return;
  findings.error('not-a-value', chain, 'A comparison needs a single value to compare with.', {
    help:
      type === 'Comparator'
        ? 'Write two conditions joined by AND.'
        : 'End it with a reducer, such as .count().',
  });
}

const parameterWords: Record<ParameterKind, string> = {
  name: "a name in quotes, such as 'Shoes Bought'",
  text: "a string in quotes, such as 'sale'",
  value: "a value, such as 'running' or 100",
  scalar: "a value, such as 100 or trait('avg_spend')",
  timestamp: "a time, such as '2026-01-31T00:00:00Z'",
  duration: 'a length of time, such as 7 days',
  number: 'a number',
  definition: "a condition, such as property('price') >= 100",
  property: "property('…')",
  exclusion: "{exclude: 'id', 'id'}",
};

function wrongArgument(
  argument: Argument,
  parameter: Parameter,
  { call, entry, findings }: ArgumentContext,
): void {
  const { start, end } = argument;
  const text = textMeant(argument, parameter.kind);
  const fix: Fix | undefined = text === undefined ? undefined : { start, end, text };
  const message = `${call.operator ?? call.name} takes ${parameterWords[parameter.kind]}.`;
  findings.error('wrong-argument', argument, message, {
    help: text === undefined ? helpFor(argument, parameter, entry) : `Did you mean ${text}?`,
    fix,
  });
}

/** What a literal of the wrong kind most likely means. */
function textMeant(argument: Argument, wanted: ParameterKind): string | undefined {
  if (argument.kind !== 'literal') return undefined;
  const { type, text } = argument;
  if (type === 'number') {
    if (wanted === 'text' || wanted === 'name') return quote(text);
    return undefined;
  }
  if (type !== 'string') return undefined;
  if (wanted === 'property') return `property(${quote(text)})`;
  if (wanted !== 'duration') return undefined;
  const [, amount, unit] = /^(\d+) ?(\p{L}+)$/u.exec(text) ?? [];
  const named = unit && unitNamed(unit);
  if (!amount || !named) return undefined;
  return `${amount} ${named}${Number(amount) === 1 ? '' : 's'}`;
}

function helpFor(argument: Argument, { kind }: Parameter, entry: LanguageFunction): string {
  if (kind === 'exclusion') return `List only sources to exclude. Example: ${entry.example}`;
  const isText = argument.kind === 'literal' && argument.type === 'string';
  if (kind === 'definition' && isText && /[=<>]/.test(argument.text)) {
    return "Write the condition without quotes, such as property('price') >= 100.";
  }
  if (kind === 'duration' && isText && isTimeText(argument.text)) {
    return entry.kind === 'comparison' ? helpForFixedDate : helpForWindow;
  }
  if (kind === 'duration') return 'Write the number with its unit, such as 7 days or 12 hours.';
  return argument.kind === 'duration' ? helpForDate : `Example: ${entry.example}`;
}

function isString(argument: Argument): argument is Literal {
  return argument.kind === 'literal' && argument.type === 'string';
}
