import type { Expression, Junction, Literal } from './ast.ts';
import type { Findings } from './diagnostic.ts';
import { format } from './format.ts';
import { kindOfLiteral, numberOf } from './values.ts';

/*
 * Conditions that stand side by side and make no sense together: only warnings.
 */

/** Finds what is there twice, beside its opposite, or can't be true at once. */
export function lintJunction(junction: Junction, findings: Findings): void {
  const seen = new Set<string>();
  const claims = new Map<string, Claims>();
  for (const operand of junction.operands) {
    const text = format(operand);
    const opposite = operand.kind === 'not' ? format(operand.operand) : `NOT ${text}`;
    const clashes = clashesWith(operand, junction.kind, claims);
    if (seen.has(text)) {
      findings.warn('duplicate-condition', operand, 'This condition is there twice.', {
        help: 'Remove it, or correct it if something else was meant.',
      });
    } else if (seen.has(opposite)) {
      senseless(junction, operand, 'Beside its opposite this', findings);
    } else if (clashes) {
      senseless(junction, operand, 'Beside the others on it, for a single value this', findings);
    }
    seen.add(text);
  }
}

function senseless({ kind }: Junction, operand: Expression, what: string, findings: Findings) {
  const always = kind === 'or';
  const code = always ? 'always-true' : 'always-false';
  findings.warn(code, operand, `${what} is ${always ? 'always' : 'never'} true.`, {
    help: `Use ${always ? 'AND' : 'OR'}, or correct one of the two.`,
  });
}

/** What the conditions of a junction have said of one value so far. */
interface Claims {
  names: Set<string>;
  /** What it was first said to equal, or to differ from. */
  literals: Map<string, Literal>;
  /** The numbers that are left. */
  range: Range;
}

interface Range {
  least: number;
  most: number;
  /** Whether the bound itself is left out. */
  openLeast: boolean;
  openMost: boolean;
}

const everything: Range = {
  least: Number.NEGATIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
  openLeast: true,
  openMost: true,
};

/**
 * Whether a condition and those before it leave no value that satisfies all (and), or none that
 * satisfies no one (or). Adds it to the claims.
 */
function clashesWith(
  operand: Expression,
  kind: Junction['kind'],
  claims: Map<string, Claims>,
): boolean {
  if (operand.kind !== 'chain') return false;
  const comparison = operand.calls.at(-1);
  if (!comparison || comparison.args.length > 1) return false;
  const { name, args } = comparison;
  const value = format({ ...operand, calls: operand.calls.slice(0, -1) });
  const known = claims.get(value) ?? { names: new Set(), literals: new Map(), range: everything };
  const number = numberOf(args[0]);
  const range = number === undefined ? known.range : narrow(known.range, name, number);
  claims.set(value, { ...known, range });
  known.names.add(name);
  if (known.names.has('exists') && known.names.has('absent')) return true;

  const literal = args[0]?.kind === 'literal' ? args[0] : undefined;
  const first = known.literals.get(name);
  if (literal && !first) known.literals.set(name, literal);
  const differs = literal !== undefined && first !== undefined && different(first, literal);
  if (kind === 'or') return name === 'differs' && differs;
  return (name === 'equals' && differs) || isEmpty(range);
}

/** Whether two literals surely stand for different values. */
function different(a: Literal, b: Literal): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x !== y;
  return kindOfLiteral(a) === 'text' && kindOfLiteral(b) === 'text' && a.text !== b.text;
}

/** What a comparison with a number leaves of a range. */
function narrow(range: Range, comparison: string, number: number): Range {
  const from = (open: boolean) =>
    number > range.least || (open && number === range.least)
      ? { least: number, openLeast: open }
      : {};
  const to = (open: boolean) =>
    number < range.most || (open && number === range.most) ? { most: number, openMost: open } : {};
  switch (comparison) {
    case 'equals':
      return { ...range, ...from(false), ...to(false) };
    case 'greater_than':
      return { ...range, ...from(true) };
    case 'at_least':
      return { ...range, ...from(false) };
    case 'less_than':
      return { ...range, ...to(true) };
    case 'at_most':
      return { ...range, ...to(false) };
    default:
      return range;
  }
}

function isEmpty({ least, most, openLeast, openMost }: Range): boolean {
  return least > most || (least === most && (openLeast || openMost));
}
