import type { Chain, Expression, Junction } from './ast.ts';
import type { Findings } from './diagnostic.ts';
import { format } from './format.ts';
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
  const seen = new Map<string, string>();
  const claims = new Claims(kind);
  for (const operand of operands) {
    const [meaning, opposite] = [meaningOf(operand, false), meaningOf(operand, true)];
    const clashes = claims.clashesWith(operand);
    const text = format(operand);
    const before = seen.get(meaning);
    if (before !== undefined) {
      const message =
        before === text ? 'This condition is there twice.' : `This says the same as ${before}.`;
      findings.warn('duplicate-condition', operand, message, {
        help: 'Remove it, or correct it if something else was meant.',
      });
    } else if (seen.has(opposite)) {
      senseless(kind, operand, 'Beside its opposite this', findings);
    } else if (clashes) {
      senseless(kind, operand, 'Beside the others on it, for a single value this', findings);
    }
    if (before === undefined) seen.set(meaning, text);
  }
}

function senseless(kind: Junction['kind'], operand: Expression, what: string, findings: Findings) {
  const always = kind === 'or';
  const code = always ? 'always-true' : 'always-false';
  findings.warn(code, operand, `${what} is ${always ? 'always' : 'never'} true.`, {
    help: `Use ${always ? 'AND' : 'OR'}, or correct one of the two.`,
  });
}

/** A text that is the same for conditions that mean the same, of the kinds that are easily told. */
function meaningOf(node: Expression, denied: boolean): string {
  if (node.kind === 'not') return meaningOf(node.operand, !denied);
  const plain = node.kind === 'chain' ? meaningOfChain(node, denied) : undefined;
  return plain ?? (denied ? `NOT ${format(node)}` : format(node));
}

function meaningOfChain(chain: Chain, denied: boolean): string | undefined {
  const comparison = chain.calls.at(-1);
  const value = () => format({ ...chain, calls: chain.calls.slice(0, -1) });
  if (comparison?.name === 'exists' || comparison?.name === 'absent') {
    return `${value()} ${(comparison.name === 'exists') === denied ? 'absent' : 'exists'}`;
  }
  const number = numberOf(comparison?.args[0]);
  if (!comparison || chain.calls.at(-2)?.name !== 'count' || !Number.isSafeInteger(number)) {
    return undefined;
  }
  const range = wholeNumbers(comparison.name, number ?? 0, denied);
  return range && `${value()} ${range}`;
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
