import type { Expression } from './ast.ts';
import { checkDefinition } from './check-definition.ts';
import type { CheckOptions } from './check-options.ts';
import { type Diagnostic, Findings } from './diagnostic.ts';
import { maxPrimaryExpressions } from './limits.ts';
import { lint } from './lint.ts';
import { lintArguments } from './lint-arguments.ts';
import { lintLinked } from './lint-linked.ts';
import { parse } from './parser.ts';

/** The outcome of a check. */
export interface Checked {
  /** Whether nothing was found that the reference rules out. */
  valid: boolean;
  /** Whether it was read at all: what is too long, too deep or too large is not, and yet valid. */
  read: boolean;
  /** At most 20, in the order of the text. */
  diagnostics: Diagnostic[];
  /** What could be read; complete only if there was no error of form. */
  tree: Expression;
  /** Conditions used of the 50 that are allowed. */
  primaryExpressions: number;
}

/** Checks a query against the reference of the language. Never throws. */
export function check(query: string, options: CheckOptions): Checked {
  const findings = new Findings();
  const tree = parse(query, findings);
  if (findings.isBeyondLimit) {
    // A part of the tree would look like a definition; there is none.
    const nothing: Expression = { kind: 'missing', start: 0, end: query.length };
    const diagnostics = findings.diagnostics(query);
    return { valid: true, read: false, diagnostics, tree: nothing, primaryExpressions: 0 };
  }
  const formIsRight = findings.errors === 0;
  if (!formIsRight) findings.withholdFixes();
  checkDefinition(tree, options, findings);
  const primaryExpressions = countConditions(tree);
  if (primaryExpressions > maxPrimaryExpressions) {
    const message = `The definition has ${primaryExpressions} conditions; at most ${maxPrimaryExpressions} are allowed.`;
    findings.error('too-many-conditions', tree, message, {
      help: "Replace several comparisons of the same thing by one_of('…', '…'), or build the audience from smaller ones: an audience can be used as trait('its_key').",
    });
  }
  if (formIsRight) {
    lint(tree, findings);
    lintArguments(tree, findings);
    if (options.type === 'linked') lintLinked(tree, findings);
  }
  return {
    valid: findings.errors === 0,
    read: true,
    diagnostics: findings.diagnostics(query),
    tree,
    primaryExpressions,
  };
}

/**
 * The conditions of a definition: the leaves of its junctions. Whether those inside a `where` count
 * as well is not settled by the reference, so they don't.
 */
function countConditions(tree: Expression): number {
  switch (tree.kind) {
    case 'and':
    case 'or':
      return tree.operands.reduce((sum, operand) => sum + countConditions(operand), 0);
    case 'not':
    case 'any':
    case 'all':
      return countConditions(tree.operand);
    case 'chain':
      return 1;
    case 'missing':
      return 0;
  }
}
