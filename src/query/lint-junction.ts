import type { Chain, Expression, FunctionCall, Junction } from './ast.ts';
import { comparesCount, comparisonIn } from './chains.ts';
import { countsAdmitted, numberComparison } from './counts.ts';
import type { Findings } from './diagnostic.ts';
import { format, formatCall } from './format.ts';
import { Claims } from './lint-values.ts';

/*
 * Conditions in one junction that make no sense together: warnings only.
 */

/** The operands of a junction, with nested junctions of the same kind merged. */
export function flatten({ kind, operands }: Junction): Expression[] {
  return operands.flatMap((operand) => (operand.kind === kind ? flatten(operand) : [operand]));
}

/** Finds conditions that appear twice, with their opposite, or can't be true at once. */
export function lintJunction(
  kind: Junction['kind'],
  operands: readonly Expression[],
  findings: Findings,
): void {
  const seen = new Map<string, Expression>();
  const claims = new Claims(kind);
  for (const operand of withSharedSubject(operands)) {
    const { node, denied } = withoutNots(operand);
    const value = node.kind === 'chain' ? formatCalls(node.calls.slice(0, -1)) : '';
    const meaning = meaningOf(node, value, denied);
    const before = seen.get(meaning);
    const clashes = node.kind === 'chain' && claims.clashesWith(node, value, denied);
    if (before) {
      const text = format(before);
      const message =
        text === format(operand)
          ? 'This condition appears twice.'
          : `This means the same as ${text}.`;
      findings.warn('duplicate-condition', operand, message, {
        help: 'Remove it, or change it if you meant something else.',
      });
      continue;
    }
    if (seen.has(meaningOf(node, value, !denied))) {
      senseless(kind, operand, 'Combined with its opposite, this', findings);
    } else if (clashes) {
      senseless(
        kind,
        operand,
        'For a single value, combined with the other conditions on it, this',
        findings,
      );
    }
    seen.set(meaning, operand);
  }
}

/** The operands that have their subject in common with another: no others repeat or contradict each other. */
function withSharedSubject(operands: readonly Expression[]): Expression[] {
  const counts = new Map<string, number>();
  const subjects = operands.map(subjectOf);
  for (const subject of subjects) counts.set(subject, (counts.get(subject) ?? 0) + 1);
  return operands.filter((_, index) => (counts.get(subjects[index] ?? '') ?? 0) > 1);
}

/** What a condition starts with, which is equal for all conditions on the same value. */
function subjectOf(operand: Expression): string {
  const { node } = withoutNots(operand);
  const first = node.kind === 'chain' ? node.calls[0] : undefined;
  return first ? formatCall(first, 0) : node.kind;
}

function withoutNots(operand: Expression): { node: Expression; denied: boolean } {
  let node = operand;
  let denied = false;
  for (; node.kind === 'not'; node = node.operand) denied = !denied;
  return { node, denied };
}

function senseless(kind: Junction['kind'], operand: Expression, what: string, findings: Findings) {
  const always = kind === 'or';
  const code = always ? 'always-true' : 'always-false';
  findings.warn(code, operand, `${what} is ${always ? 'always' : 'never'} true.`, {
    help: `Use ${always ? 'AND' : 'OR'}, or change one of the conditions.`,
  });
}

/**
 * A string that is equal for conditions with the same meaning, as far as that is easy to see.
 *
 * @param value the left side of a chain's comparison, as text.
 */
function meaningOf(node: Expression, value: string, denied: boolean): string {
  const plain = node.kind === 'chain' ? plainMeaning(node, denied) : undefined;
  if (plain !== undefined) return `${value} ${plain}`;
  const last = node.kind === 'chain' ? node.calls.length - 1 : 0;
  const text =
    node.kind === 'chain' ? value + formatCalls(node.calls.slice(last), last) : format(node);
  return denied ? `NOT ${text}` : text;
}

function formatCalls(calls: readonly FunctionCall[], from = 0): string {
  return calls.map((call, index) => formatCall(call, from + index)).join('');
}

/** The meaning of a comparison of existence or of a count, in normal form. */
function plainMeaning(chain: Chain, denied: boolean): string | undefined {
  const { call, entry } = comparisonIn(chain) ?? {};
  if (!call || !entry) return undefined;
  if (entry.holdsOfPresent !== undefined) {
    return entry.holdsOfPresent === denied ? 'missing' : 'present';
  }
  const compared = comparesCount(chain) ? numberComparison(call, denied) : undefined;
  return compared && countsAdmitted(compared);
}
