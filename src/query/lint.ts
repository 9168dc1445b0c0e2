import type { Argument, Call, Chain, Duration, Expression } from './ast.ts';
import { catalog, eventHistoryDays, unitMs } from './catalog.ts';
import type { Findings } from './diagnostic.ts';
import { format } from './format.ts';
import { flatten, lintJunction } from './lint-junction.ts';
import { isTimeText } from './times.ts';
import { isNumeric, kindOfChain, kindOfLiteral, lengthMs, numberOf } from './values.ts';

/*
 * What is legal and surely unmeant: only warnings.
 */

/** Looks through a definition whose form is right. */
export function lint(tree: Expression, findings: Findings): void {
  lintCondition(tree, new Set(), findings);
}

/** @param settled values beside which it is said whether they have to exist. */
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
    if (call.name === 'within' || call.name === 'between') lintWindow(call, findings);
    for (const argument of call.args) lintArgument(argument, findings);
  }
  const comparison = chain.calls.at(-1);
  if (!comparison || catalog.get(comparison.name)?.kind !== 'comparison') return;
  lintCount(chain, comparison, findings);
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

function lintWindow(call: Call, findings: Findings): void {
  const lengths = call.args
    .map((argument) => (argument.kind === 'named' ? argument.value : argument))
    .filter((argument) => argument.kind === 'duration');
  for (const length of lengths) {
    // Of an unknown unit the length is not a number, and not too long.
    if (!(daysOf(length) > eventHistoryDays)) continue;
    findings.warn(
      'long-window',
      length,
      'Events older than three years are not looked at by default.',
      {
        help: `Use at most ${eventHistoryDays} days, or leave the window out.`,
        fix: { start: length.start, end: length.end, text: `${eventHistoryDays} days` },
      },
    );
  }
  const [first, second] = lengths;
  if (call.name === 'within' && first && first === call.args[0] && daysOf(first) === 0) {
    findings.warn('always-false', first, 'A window of no length holds no events.', {
      help: 'Give it at least an hour.',
    });
  }
  if (call.name === 'between' && first && second && daysOf(first) >= daysOf(second)) {
    const text = `${second.amount} ${second.unit}, ${first.amount} ${first.unit}`;
    const same = daysOf(first) === daysOf(second);
    findings.warn('reversed-window', call, 'The window ends before it begins.', {
      help: same ? 'Make the second length the larger one.' : `Did you mean between(${text})?`,
      fix: same ? undefined : { start: first.start, end: second.end, text },
    });
  }
}

function daysOf(duration: Duration): number {
  return lengthMs(duration) / (unitMs.day ?? Number.NaN);
}

/** A value that is compared with itself. */
function lintSides(chain: Chain, comparison: Call, findings: Findings): void {
  const [other] = comparison.args;
  if (other?.kind !== 'chain' || other.calls.length !== chain.calls.length - 1) return;
  if (format({ ...chain, calls: chain.calls.slice(0, -1) }) !== format(other)) return;
  findings.warn('same-sides', chain, 'This compares a value with itself.', {
    help: 'Compare it with another value, or write .exists() if it only has to be there.',
  });
}

/** A count is a whole number and never below zero. */
function lintCount(chain: Chain, comparison: Call, findings: Findings): void {
  const count = chain.calls.at(-2);
  if (count?.name !== 'count') return;
  if (comparison.name === 'exists' || comparison.name === 'absent') {
    const exists = comparison.name === 'exists';
    const text = exists ? ' >= 1' : ' = 0';
    const code = exists ? 'always-true' : 'always-false';
    findings.warn(
      code,
      comparison,
      `A count is always there, so this is ${exists ? 'always' : 'never'} true.`,
      {
        help: `Did you mean${text}?`,
        fix: { start: count.end, end: comparison.end, text },
      },
    );
    return;
  }
  const value = numberOf(comparison.args[0]);
  if (value === undefined) return;
  const least: Record<string, [always: boolean, never: boolean]> = {
    at_least: [value <= 0, false],
    greater_than: [value < 0, false],
    less_than: [false, value <= 0],
    at_most: [false, value < 0],
    equals: [false, value < 0 || !Number.isInteger(value)],
    differs: [value < 0 || !Number.isInteger(value), false],
  };
  const [always, never] = least[comparison.name] ?? [false, false];
  if (!always && !never) return;
  const code = always ? 'always-true' : 'always-false';
  const said = always ? 'always true' : 'never true';
  const atLeastOne = comparison.name === 'at_least' && value === 0;
  findings.warn(code, comparison, `A count is a whole number from zero, so this is ${said}.`, {
    help: atLeastOne ? 'Did you mean >= 1?' : 'Compare with a whole number from 1.',
    fix: atLeastOne ? { start: count.end, end: comparison.end, text: ' >= 1' } : undefined,
  });
}

const forTime = new Set([
  'before_date',
  'after_date',
  'within_last',
  'within_next',
  'before_last',
  'after_next',
]);
const forText = new Set(['contains', 'omits', 'starts_with', 'ends_with']);

/** Values of kinds that can never match. */
function lintKinds(chain: Chain, comparison: Call, findings: Findings): void {
  if (kindOfChain(chain) !== 'number') return;
  const [value] = comparison.args;
  const mismatch =
    forTime.has(comparison.name) || forText.has(comparison.name)
      ? comparison
      : (comparison.args.find(
          (argument) =>
            argument.kind === 'literal' && !['number', 'unknown'].includes(kindOfLiteral(argument)),
        ) ??
        (value?.kind === 'literal' && isTimeText(value.text) && !isNumeric(value.text)
          ? value
          : undefined));
  if (!mismatch) return;
  findings.warn(
    'kinds-differ',
    mismatch,
    'The left side is a number, which this can never match.',
    {
      help: 'Compare it with a number.',
    },
  );
}

/**
 * `differs` is false where the value is missing, which is seldom meant. It is taken as meant where
 * an `exists` or `absent` of the same value stands beside it.
 */
function lintDiffers(
  chain: Chain,
  comparison: Call,
  settled: ReadonlySet<string>,
  findings: Findings,
): void {
  const value = extractorText(chain);
  if (comparison.name !== 'differs' || value === undefined || settled.has(value)) return;
  const equals = { ...comparison, name: 'equals' };
  const same = format({ ...chain, calls: [...chain.calls.slice(0, -1), equals] });
  findings.warn('differs-missing', comparison, 'This is false where there is no value at all.', {
    help: `If those without a value are meant, too, write NOT ${same}; if not, add AND ${value}.exists().`,
    fix: { start: chain.start, end: chain.end, text: `NOT ${same}` },
  });
}

/** The values that an `exists` or `absent` among these conditions speaks of. */
function settledBy(operands: readonly Expression[]): Set<string> {
  const values = new Set<string>();
  for (const operand of operands) {
    if (operand.kind !== 'chain') continue;
    const value = extractorText(operand);
    const settles = ['exists', 'absent'].includes(operand.calls.at(-1)?.name ?? '');
    if (settles && value !== undefined) values.add(value);
  }
  return values;
}

/** The text of a single value that is read straight off a profile, event or entity. */
function extractorText(chain: Chain): string | undefined {
  const [extractor, comparison, ...more] = chain.calls;
  if (!extractor || !comparison || more.length > 0) return undefined;
  if (!['trait', 'property', 'context'].includes(extractor.name)) return undefined;
  return format({ ...chain, calls: [extractor] });
}
