import type { Argument, Chain, Duration, Expression, FunctionCall } from './ast.ts';
import { countInstead, extractorOf, filterOf, negationOf } from './catalog.ts';
import { type ComparisonAtEnd, comparesCount, comparisonIn, withoutLast } from './chains.ts';
import { type NumberComparison, numberComparison, truthOfCount } from './counts.ts';
import type { Findings } from './diagnostic.ts';
import { lengthDays } from './durations.ts';
import { format } from './format.ts';
import { maxHistoryDays } from './limits.ts';
import { lintArguments } from './lint-arguments.ts';
import { flatten, lintJunction } from './lint-junction.ts';
import { isTimeText } from './times.ts';
import { isNumeric, kindOfChain, kindOfLiteral } from './values.ts';

/*
 * What is legal and surely unmeant: only warnings.
 */

/** Looks through a definition whose form is right. */
export function lint(tree: Expression, findings: Findings): void {
  lintCondition(tree, new Set(), findings);
}

/** @param settled values of which a neighbouring condition says whether they have to exist. */
function lintCondition(node: Expression, settled: ReadonlySet<string>, findings: Findings): void {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const operands = flatten(node);
      lintJunction(node.kind, operands, findings);
      const here = settledBy(operands);
      for (const operand of operands) lintCondition(operand, here, findings);
      return;
    }
    case 'not':
    case 'any':
    case 'all':
      lintCondition(node.operand, new Set(), findings);
      return;
    case 'chain':
      lintChain(node, settled, findings);
      return;
    case 'missing':
      return;
  }
}

function lintChain(chain: Chain, settled: ReadonlySet<string>, findings: Findings): void {
  for (const call of chain.calls) {
    lintArguments(call, findings);
    if (filterOf(call)?.family === 'window') lintWindow(call, findings);
    for (const argument of call.args) lintArgument(argument, findings);
  }
  const comparison = comparisonIn(chain);
  if (!comparison) return;
  if (comparesCount(chain)) lintCount(chain, comparison, findings);
  lintSides(chain, comparison, findings);
  lintKinds(chain, comparison, findings);
  lintDiffers(chain, comparison, settled, findings);
}

function lintArgument(argument: Argument, findings: Findings): void {
  switch (argument.kind) {
    case 'named':
      lintArgument(argument.value, findings);
      return;
    case 'cast':
      lint(argument.operand, findings);
      return;
    case 'literal':
    case 'duration':
    case 'exclusion':
      return;
    default:
      lint(argument, findings);
  }
}

function lintWindow(call: FunctionCall, findings: Findings): void {
  const lengths = call.args
    .map((argument) => (argument.kind === 'named' ? argument.value : argument))
    .filter((argument) => argument.kind === 'duration');
  for (const length of lengths) {
    // Of an unknown unit the length is not a number, and not too long.
    if (!(lengthDays(length) > maxHistoryDays)) continue;
    const message = 'Events older than three years are not looked at by default.';
    findings.warn('long-window', length, message, {
      help: `Use at most ${maxHistoryDays} days, or leave the window out.`,
      fix: { start: length.start, end: length.end, text: `${maxHistoryDays} days` },
    });
  }
  lintEnds(call, lengths, findings);
}

/** A window that holds nothing. */
function lintEnds(call: FunctionCall, lengths: readonly Duration[], findings: Findings): void {
  const [first, second] = lengths;
  const isRange = filterOf(call)?.parameters.length === 2;
  if (!isRange && first && first === call.args[0] && lengthDays(first) === 0) {
    findings.warn('always-false', first, 'A window of no length holds no events.', {
      help: 'Give it at least an hour.',
    });
  }
  if (!isRange || !first || !second || !(lengthDays(first) >= lengthDays(second))) return;
  const text = `${second.amount} ${second.unit}, ${first.amount} ${first.unit}`;
  const isSame = lengthDays(first) === lengthDays(second);
  findings.warn('reversed-window', call, 'The window ends before it begins.', {
    help: isSame ? 'Make the second length the larger one.' : `Did you mean ${call.name}(${text})?`,
    fix: isSame ? undefined : { start: first.start, end: second.end, text },
  });
}

/** A value that is compared with itself. */
function lintSides(chain: Chain, { call }: ComparisonAtEnd, findings: Findings): void {
  const [other] = call.args;
  if (other?.kind !== 'chain' || other.calls.length !== chain.calls.length - 1) return;
  if (format(withoutLast(chain)) !== format(other)) return;
  findings.warn('same-sides', chain, 'This compares a value with itself.', {
    help: 'Compare it with another value, or write .exists() if it only has to be there.',
  });
}

/** A count is a whole number and never below zero. */
function lintCount(chain: Chain, { call, entry }: ComparisonAtEnd, findings: Findings): void {
  const before = chain.calls.at(-2)?.end ?? chain.start;
  const text = countInstead(entry.name);
  if (text !== undefined) {
    const [code, truth] = entry.holdsOfPresent
      ? ['always-true', 'always']
      : ['always-false', 'never'];
    findings.warn(code, call, `A count is always there, so this is ${truth} true.`, {
      help: `Did you mean${text}?`,
      fix: { start: before, end: call.end, text },
    });
    return;
  }
  const compared = numberComparison(call, false);
  if (compared) lintNumber(call, before, compared, findings);
}

/** @param before where the count ends. */
function lintNumber(
  call: FunctionCall,
  before: number,
  compared: NumberComparison,
  findings: Findings,
): void {
  const truth = truthOfCount(compared);
  if (truth === undefined) return;
  const [code, words] = truth ? ['always-true', 'always true'] : ['always-false', 'never true'];
  const isAtLeastZero = compared.operator === '>=' && compared.number === 0;
  findings.warn(code, call, `A count is a whole number from zero, so this is ${words}.`, {
    help: isAtLeastZero ? 'Did you mean >= 1?' : 'Compare with a whole number from 1.',
    fix: isAtLeastZero ? { start: before, end: call.end, text: ' >= 1' } : undefined,
  });
}

/** Values of kinds that can never match. */
function lintKinds(chain: Chain, comparison: ComparisonAtEnd, findings: Findings): void {
  if (kindOfChain(chain) !== 'number') return;
  const mismatch = mismatchWithNumber(comparison);
  if (!mismatch) return;
  const message = 'The left side is a number, which this can never match.';
  findings.warn('kinds-differ', mismatch, message, { help: 'Compare it with a number.' });
}

/** What of a comparison no number can match. */
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
 * `!=` is false where the value is missing, which is seldom meant. It is taken as meant where a
 * condition in the same junction says whether the value has to exist.
 */
function lintDiffers(
  chain: Chain,
  { call, entry }: ComparisonAtEnd,
  settled: ReadonlySet<string>,
  findings: Findings,
): void {
  const equality = entry.operator === '!=' ? negationOf(entry) : undefined;
  const value = equality && extractorText(chain);
  if (!equality || value === undefined || settled.has(value)) return;
  const equals = { ...call, name: equality.name };
  const same = format({ ...chain, calls: [...withoutLast(chain).calls, equals] });
  findings.warn('differs-missing', call, 'This is false where there is no value at all.', {
    help: `If those without a value are meant, too, write NOT ${same}; if not, add AND ${value}.exists().`,
    fix: { start: chain.start, end: chain.end, text: `NOT ${same}` },
  });
}

/** The values of which one of these conditions says that they exist, or are absent. */
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

/** The text of a single value that is read straight off a profile, event or entity. */
function extractorText(chain: Chain): string | undefined {
  const [extractor, comparison, ...more] = chain.calls;
  if (!extractor || !comparison || more.length > 0) return undefined;
  if (extractorOf(extractor)?.returns !== 'ScalarExtractor') return undefined;
  return format({ ...chain, calls: [extractor] });
}
