import type { Call, Chain, Expression, Junction } from './ast.ts';
import type { Findings } from './diagnostic.ts';
import { format, formatCall } from './format.ts';
import { Claims } from './lint-values.ts';
import { numberOf } from './values.ts';

/*
 * Conditions that stand side by side and make no sense together: only warnings.
 */

/** The operands of a junction and of those of the same kind within it. */
export function flatten({ kind, operands }: Junction): Expression[] {
  return operands.flatMap((operand) => (operand.kind === kind ? flatten(operand) : [operand]));
}

/** Finds what is there twice, beside its opposite, or can't be true at once. */
export function lintJunction(
  kind: Junction['kind'],
  operands: readonly Expression[],
  findings: Findings,
): void {
  const seen = new Map<string, Expression>();
  const claims = new Claims(kind);
  for (const operand of operands) {
    const { node, denied } = withoutNots(operand);
    const value = node.kind === 'chain' ? formatCalls(node.calls.slice(0, -1)) : '';
    const meaning = meaningOf(node, value, denied);
    const before = seen.get(meaning);
    const clashes = node.kind === 'chain' && claims.clashesWith(node, value, denied);
    if (before) {
      const [said, text] = [format(before), format(operand)];
      const message =
        said === text ? 'This condition is there twice.' : `This says the same as ${said}.`;
      findings.warn('duplicate-condition', operand, message, {
        help: 'Remove it, or correct it if something else was meant.',
      });
      continue;
    }
    if (seen.has(meaningOf(node, value, !denied))) {
      senseless(kind, operand, 'Beside its opposite this', findings);
    } else if (clashes) {
      senseless(kind, operand, 'Beside the others on it, for a single value this', findings);
    }
    seen.set(meaning, operand);
  }
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
    help: `Use ${always ? 'AND' : 'OR'}, or correct one of the two.`,
  });
}

/**
 * A text that is the same for conditions that mean the same, of the kinds that are easily told.
 *
 * @param value what a chain compares, as text.
 */
function meaningOf(node: Expression, value: string, denied: boolean): string {
  const plain = node.kind === 'chain' ? plainMeaning(node, denied) : undefined;
  if (plain !== undefined) return `${value} ${plain}`;
  const last = node.kind === 'chain' ? node.calls.length - 1 : 0;
  const text =
    node.kind === 'chain' ? value + formatCalls(node.calls.slice(last), last) : format(node);
  return denied ? `NOT ${text}` : text;
}

function formatCalls(calls: readonly Call[], from = 0): string {
  return calls.map((call, index) => formatCall(call, from + index)).join('');
}

function plainMeaning({ calls }: Chain, denied: boolean): string | undefined {
  const comparison = calls.at(-1);
  if (comparison?.name === 'exists' || comparison?.name === 'absent') {
    return (comparison.name === 'exists') === denied ? 'absent' : 'exists';
  }
  if (!comparison || calls.at(-2)?.name !== 'count') return undefined;
  const number = numberOf(comparison.args[0]) ?? Number.NaN;
  return Number.isSafeInteger(number) ? wholeNumbers(comparison.name, number, denied) : undefined;
}

/** The whole numbers from zero that a comparison admits. */
function wholeNumbers(comparison: string, number: number, denied: boolean): string | undefined {
  switch (comparison) {
    case 'at_least':
      return denied ? upTo(number - 1) : `from ${number}`;
    case 'greater_than':
      return denied ? upTo(number) : `from ${number + 1}`;
    case 'at_most':
      return denied ? `from ${number + 1}` : upTo(number);
    case 'less_than':
      return denied ? `from ${number}` : upTo(number - 1);
    case 'equals':
    case 'differs': {
      const isEqual = (comparison === 'equals') !== denied;
      if (number === 0) return isEqual ? upTo(0) : 'from 1';
      return isEqual ? `only ${number}` : `all but ${number}`;
    }
    default:
      return undefined;
  }
}

function upTo(number: number): string {
  return `to ${number}`;
}
