import type { Argument, Chain, Duration, Expression, FunctionCall } from './ast.ts';
import {
  countInstead,
  extractorOf,
  filterOf,
  functionOf,
  isWindow,
  negationOf,
} from './catalog.ts';
import {
  type ComparisonAtEnd,
  comparesCount,
  comparisonIn,
  holdsOuter,
  streamKindOf,
  withoutLast,
} from './chains.ts';
import { type NumberComparison, numberComparison, truthOfCount } from './counts.ts';
import type { Findings } from './diagnostic.ts';
import { lengthDays } from './durations.ts';
import { format } from './format.ts';
import { maxHistoryDays } from './limits.ts';
import { lintArguments } from './lint-arguments.ts';
import { flatten, lintJunction } from './lint-junction.ts';
import { lintName, lintText } from './lint-names.ts';
import { lintTimes } from './lint-times.ts';
import { isTimeText } from './times.ts';
import { isNumeric, kindOfChain, kindOfLiteral, nameOf } from './values.ts';

/*
 * What is legal but surely unintended: warnings only.
 */

/** Checks a definition whose syntax is correct. */
export function lint(tree: Expression, findings: Findings): void {
  lintCondition(tree, { settled: new Set(), denied: false, outer: [] }, findings);
}

/** The context of a condition. */
interface Surroundings {
  /** The values for which a neighboring condition says whether they must exist. */
  settled: ReadonlySet<string>;
  /** Whether it is under an odd number of NOTs. */
  denied: boolean;
  /** The events whose `where` encloses it, outermost first. */
  outer: readonly string[];
}

function lintCondition(node: Expression, around: Surroundings, findings: Findings): void {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const operands = flatten(node);
      lintJunction(node.kind, operands, findings);
      const here = { ...around, settled: settledBy(operands) };
      for (const operand of operands) lintCondition(operand, here, findings);
      return;
    }
    case 'not':
      lintCondition(node.operand, { ...around, denied: !around.denied }, findings);
      return;
    case 'any':
    case 'all':
      lintCondition(node.operand, { ...around, settled: new Set(), outer: [] }, findings);
      return;
    case 'chain':
      lintChain(node, around, findings);
      return;
    case 'missing':
      return;
  }
}

function lintChain(chain: Chain, around: Surroundings, findings: Findings): void {
  for (const call of chain.calls) {
    lintNames(call, findings);
    lintArguments(call, findings);
    if (isWindow(call)) lintWindow(call, chain, findings);
    for (const argument of call.args) lintArgument(argument, chain, around, findings);
  }
  const comparison = comparisonIn(chain);
  if (!comparison) return;
  if (comparesCount(chain)) lintCount(comparison, findings);
  lintSides(chain, comparison, findings);
  lintKinds(chain, comparison, findings);
  lintOuter(chain, around, findings);
  lintTimes(chain, comparison, findings);
  lintDiffers(chain, comparison, around, findings);
}

/** Checks the names and strings among a call's arguments. */
function lintNames(call: FunctionCall, findings: Findings): void {
  const [parameter] = functionOf(call)?.parameters ?? [];
  const isName = parameter?.kind === 'name';
  for (const argument of call.args) {
    const value = argument.kind === 'named' ? argument.value : argument;
    if (value.kind === 'exclusion') for (const id of value.ids) lintName(id, findings);
    if (value.kind !== 'literal' || value.type !== 'string') continue;
    if (isName) lintName(value, findings);
    else lintText(value, findings);
  }
}

function lintArgument(
  argument: Argument,
  chain: Chain,
  around: Surroundings,
  findings: Findings,
): void {
  switch (argument.kind) {
    case 'named':
      lintArgument(argument.value, chain, around, findings);
      return;
    case 'cast':
      lintCondition(argument.operand, within(chain, around), findings);
      return;
    case 'literal':
    case 'duration':
    case 'exclusion':
      return;
    default:
      lintCondition(argument, within(chain, around), findings);
  }
}

/** The context inside an argument of a call in a chain. */
function within(chain: Chain, { outer }: Surroundings): Surroundings {
  const isOfEvents = streamKindOf(chain) === 'events';
  const here = isOfEvents ? [...outer, nameOf(chain.calls[0]?.args[0])] : outer;
  return { settled: new Set(), denied: false, outer: here };
}

/**
 * An event inside the `where` of an event with the same name: the stream includes the outer event.
 */
function lintOuter(chain: Chain, { outer }: Surroundings, findings: Findings): void {
  const [extractor] = chain.calls;
  if (!extractor || outer.length === 0 || !holdsOuter(chain, outer)) return;
  findings.hint('counts-outer', extractor, 'These events include the outer event itself.', {
    help: `If you mean a further event, ask for ${asksForOne(chain) ? 'a count of at least 2 instead of 1' : 'a count that is higher by 1'}.`,
  });
}

function asksForOne(chain: Chain): boolean {
  const comparison = comparesCount(chain) ? comparisonIn(chain) : undefined;
  const { operator, number } = (comparison && numberComparison(comparison.call, false)) ?? {};
  return (operator === '>=' && number === 1) || (operator === '>' && number === 0);
}

function lintWindow(call: FunctionCall, chain: Chain, findings: Findings): void {
  if (streamKindOf(chain) === 'entities') {
    findings.warn(
      'window-on-entity',
      call,
      'Time windows are for events; entities have no time of their own.',
      {
        help: "Remove it, or compare a date of the entity, such as .where(property('created_at').within_last(30 days)).",
      },
    );
  }
  const lengths = call.args
    .map((argument) => (argument.kind === 'named' ? argument.value : argument))
    .filter((argument) => argument.kind === 'duration');
  for (const length of lengths) {
    // With an unknown unit the length is NaN, which is not too long.
    if (!(lengthDays(length) > maxHistoryDays)) continue;
    const message = 'By default, Segment ignores events older than three years.';
    findings.warn('long-window', length, message, {
      help: `Use at most ${maxHistoryDays} days, or remove the window.`,
    });
  }
  lintEnds(call, lengths, findings);
}

/** A window that contains nothing. */
function lintEnds(call: FunctionCall, lengths: readonly Duration[], findings: Findings): void {
  const [first, second] = lengths;
  const isRange = filterOf(call)?.parameters.length === 2;
  if (!isRange && first && first === call.args[0] && lengthDays(first) === 0) {
    findings.warn('always-false', first, 'A window of zero length contains no events.', {
      help: 'Make it at least 1 hour.',
    });
  }
  if (!isRange || !first || !second || !(lengthDays(first) >= lengthDays(second))) return;
  const text = `${second.amount} ${second.unit}, ${first.amount} ${first.unit}`;
  const isSame = lengthDays(first) === lengthDays(second);
  const message = isSame ? 'The window ends where it starts.' : 'The window ends before it starts.';
  findings.warn('reversed-window', call, message, {
    help: isSame
      ? 'Make the second length longer than the first.'
      : `Did you mean ${call.name}(${text})?`,
  });
}

/** A value compared with itself. */
function lintSides(chain: Chain, { call }: ComparisonAtEnd, findings: Findings): void {
  const [other] = call.args;
  if (other?.kind !== 'chain' || other.calls.length !== chain.calls.length - 1) return;
  if (format(withoutLast(chain)) !== format(other)) return;
  findings.warn('same-sides', chain, 'This compares a value with itself.', {
    help: 'Compare it with another value, or write .exists() to require a value.',
  });
}

/** A count is a whole number, never below zero. */
function lintCount({ call, entry }: ComparisonAtEnd, findings: Findings): void {
  const text = countInstead(entry.name);
  if (text !== undefined) {
    const code = entry.holdsOfPresent ? 'always-true' : 'always-false';
    const truth = entry.holdsOfPresent ? 'always' : 'never';
    findings.warn(code, call, `A count always has a value, so this is ${truth} true.`, {
      help: `Did you mean${text}?`,
    });
    return;
  }
  const compared = numberComparison(call, false);
  if (compared) lintNumber(call, compared, findings);
}

function lintNumber(call: FunctionCall, compared: NumberComparison, findings: Findings): void {
  const truth = truthOfCount(compared);
  if (truth === undefined) return;
  const code = truth ? 'always-true' : 'always-false';
  const isAtLeastZero = compared.operator === '>=' && compared.number === 0;
  findings.warn(
    code,
    call,
    `A count is a whole number, 0 or more, so this is ${truth ? 'always' : 'never'} true.`,
    {
      help: isAtLeastZero ? 'Did you mean >= 1?' : 'Compare with a whole number, 1 or more.',
    },
  );
}

/** Values of types that never match. */
function lintKinds(chain: Chain, comparison: ComparisonAtEnd, findings: Findings): void {
  if (kindOfChain(chain) !== 'number') return;
  const mismatch = mismatchWithNumber(comparison);
  if (!mismatch) return;
  const message = 'The left side is a number, so this never matches.';
  findings.warn('kinds-differ', mismatch, message, { help: 'Compare it with a number.' });
}

/** The part of a comparison that no number can match. */
function mismatchWithNumber({
  call,
  entry: { family },
}: ComparisonAtEnd): FunctionCall | Argument | undefined {
  if (family === 'text' || family === 'fixed time' || family === 'relative time') return call;
  const literals = call.args.filter((argument) => argument.kind === 'literal');
  const mismatch = literals.find(
    (literal) => !['number', 'unknown'].includes(kindOfLiteral(literal)),
  );
  if (mismatch) return mismatch;
  const [value] = call.args;
  const isTime = value?.kind === 'literal' && isTimeText(value.text) && !isNumeric(value.text);
  return isTime ? value : undefined;
}

/**
 * `!=` is false if the value is missing, which is seldom intended; under NOT it is the reverse. It
 * is assumed to be intended if a condition in the same junction says whether the value must exist.
 */
function lintDiffers(
  chain: Chain,
  { call, entry }: ComparisonAtEnd,
  { settled, denied }: Surroundings,
  findings: Findings,
): void {
  const equality = entry.operator === '!=' ? negationOf(entry) : undefined;
  const value = equality && extractorText(chain);
  if (!equality || value === undefined || settled.has(value)) return;
  const same = format({
    ...chain,
    calls: [...withoutLast(chain).calls, { ...call, name: equality.name }],
  });
  const [message, help] = denied
    ? [
        'Under NOT, this is true if there is no value.',
        `NOT ${format(chain)} means ${same} OR ${value}.absent(); to exclude missing values, write ${same} instead.`,
      ]
    : [
        'This is false if there is no value.',
        `To include missing values, write NOT ${same}; to exclude them explicitly, add AND ${value}.exists().`,
      ];
  findings.warn('differs-missing', call, message, { help });
}

/** The values that one of these conditions requires to exist or to be absent. */
function settledBy(operands: readonly Expression[]): Set<string> {
  const values = new Set<string>();
  for (const operand of operands) {
    if (operand.kind !== 'chain') continue;
    if (comparisonIn(operand)?.entry.family !== 'existence') continue;
    const value = extractorText(operand);
    if (value !== undefined) values.add(value);
  }
  return values;
}

/** The text of a single value that is read directly from a profile, event or entity. */
function extractorText(chain: Chain): string | undefined {
  const [extractor, comparison, ...more] = chain.calls;
  if (!extractor || !comparison || more.length > 0) return undefined;
  if (extractorOf(extractor)?.returns !== 'ScalarExtractor') return undefined;
  return format({ ...chain, calls: [extractor] });
}
