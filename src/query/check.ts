import type { Expression, Span } from './ast.ts';
import { repairOfBrackets } from './bracket-repair.ts';
import { Brackets } from './brackets.ts';
import { checkDefinition } from './check-definition.ts';
import type { CheckOptions } from './check-options.ts';
import { countAllConditions, countConditions, joinsMoreThan } from './count-conditions.ts';
import { type Diagnostic, Findings } from './diagnostic.ts';
import { describeForeignText } from './foreign-text.ts';
import { holdsHalfBracket, lex } from './lexer.ts';
import { maxPrimaryExpressions } from './limits.ts';
import { lint } from './lint.ts';
import { lintLinked } from './lint-linked.ts';
import { parse } from './parser.ts';
import type { Token } from './tokens.ts';

/** The outcome of a check. */
export interface Checked {
  /**
   * Whether there is a verdict. There is none on what is longer, deeper or larger than is read: limits
   * of this program, none of Segment's.
   */
  checked: boolean;
  /** Whether nothing was found that the reference rules out; left out without a verdict. */
  valid?: boolean;
  /** At most 20, in the order of the text. */
  diagnostics: Diagnostic[];
  /** What could be read; complete only if there was no error of form. */
  tree: Expression;
  /** Conditions used of the 50 that are allowed; 0 without a verdict. */
  primaryExpressions: number;
}

/**
 * Checks a query against the reference of the language.
 *
 * @param query the text of a definition. @param options what it is checked for; by default, the
 * definition of an audience of users.
 * @returns what was found, and what was read, whatever the text.
 * @throws {TypeError} for what is no string.
 */
export function check(query: string, options: CheckOptions = {}): Checked {
  if (typeof query !== 'string') throw new TypeError('The definition to check is not a string.');
  const findings = new Findings();
  const { type = 'users', purpose = 'audience' } = options;
  const tree = parse(query, findings, type);
  if (findings.isBeyondLimit) return unread(query, findings);
  const formIsRight = findings.errors === 0;
  if (!formIsRight && repairBrackets(query, findings, { type, purpose })) {
    return {
      checked: true,
      valid: false,
      diagnostics: findings.diagnostics(query),
      tree,
      primaryExpressions: countConditions(tree),
    };
  }
  const foreign = formIsRight ? undefined : describeForeignText(query, type, purpose);
  if (foreign) return noDefinition(query, foreign);
  if (!formIsRight) findings.withholdFixes();
  checkDefinition(tree, { type, purpose }, findings);
  const primaryExpressions = countConditions(tree);
  if (primaryExpressions > maxPrimaryExpressions) {
    tooMany(String(primaryExpressions), tree, findings);
  } else if (formIsRight && query.length > maxPrimaryExpressions * minConditionChars) {
    warnOfMany(tree, findings);
  }
  if (formIsRight) {
    lint(tree, findings);
    if (options.type === 'linked') lintLinked(tree, findings);
  }
  return {
    checked: true,
    valid: findings.errors === 0,
    diagnostics: findings.diagnostics(query),
    tree,
    primaryExpressions,
  };
}

/**
 * Whether only brackets are wrong, and it is clear how: then all other errors follow from that, and it is
 * reported instead.
 */
function repairBrackets(
  query: string,
  findings: Findings,
  options: Required<CheckOptions>,
): boolean {
  const tokens = balanceable(query);
  if (!tokens) return false;
  const repair = repairOfBrackets(query, tokens, (text) => {
    // A single error is enough to see that this is not what was meant.
    const found = new Findings(1);
    const tree = parse(text, found, options.type);
    if (found.errors > 0 || found.isBeyondLimit) return undefined;
    checkDefinition(tree, options, found);
    return found.errors > 0 ? undefined : { tree, remarks: found.count };
  });
  if (!repair) return false;
  const { bracket, isMissing, at, fix } = repair;
  findings.dropErrors();
  if (isMissing) {
    const isClosing = /[)}\]]/.test(bracket);
    const message = isClosing ? 'This bracket is not closed.' : 'This bracket is not opened.';
    const context = query.slice(fix.start, fix.start + 20);
    findings.error(isClosing ? 'unclosed' : 'unopened', at, message, {
      help: context === '' ? `Put ${bracket} at the end.` : `Put ${bracket} before ${context}.`,
      fix,
    });
  } else
    findings.error('unexpected', at, `"${bracket}" does not belong here.`, {
      help: 'Remove it.',
      fix,
    });
  return true;
}

/** The tokens of a text whose brackets don't balance; undefined if they do, or if code may be in a comment or a string. */
function balanceable(query: string): Token[] | undefined {
  const found = new Findings();
  const tokens = lex(query, found);
  const holdsCode = tokens.some((token) => token.kind === 'string' && holdsHalfBracket(token));
  const isClear = !tokens.at(-1)?.isOpen && !holdsCode && !found.has('comment');
  return isClear && !new Brackets(tokens).areBalanced ? tokens : undefined;
}

/** Of what is no definition at all, nothing is reported but that. */
function noDefinition(query: string, diagnostic: Diagnostic): Checked {
  const tree: Expression = { kind: 'missing', start: 0, end: query.length };
  return { checked: true, valid: false, diagnostics: [diagnostic], tree, primaryExpressions: 0 };
}

/** Of what is beyond a limit of ours, only the conditions are counted: their limit is Segment's. */
function unread(query: string, beyondLimit: Findings): Checked {
  // A part of the tree would look like a definition; there is none.
  const tree: Expression = { kind: 'missing', start: 0, end: query.length };
  const diagnostics = beyondLimit.diagnostics(query);
  if (!joinsMoreThan(maxPrimaryExpressions, query)) {
    return { checked: false, diagnostics, tree, primaryExpressions: 0 };
  }
  const findings = new Findings();
  const least = maxPrimaryExpressions + 1;
  tooMany(`at least ${least}`, tree, findings);
  return {
    checked: true,
    valid: false,
    diagnostics: [...findings.diagnostics(query), ...diagnostics],
    tree,
    primaryExpressions: least,
  };
}

/** No condition is shorter: `trait('')=1`. */
const minConditionChars = 11;

/** Whether conditions inside of a `where` count towards the limit, the reference does not say. */
function warnOfMany(tree: Expression, findings: Findings): void {
  const conditions = countAllConditions(tree);
  if (conditions <= maxPrimaryExpressions) return;
  const message = `The definition has ${conditions} conditions with those inside of others; at most ${maxPrimaryExpressions} are allowed.`;
  findings.warn('many-conditions', tree, message, {
    help: 'The reference does not say whether conditions inside of a where count: Segment may refuse it.',
  });
}

function tooMany(conditions: string, span: Span, findings: Findings): void {
  const message = `The definition has ${conditions} conditions; at most ${maxPrimaryExpressions} are allowed.`;
  findings.error('too-many-conditions', span, message, {
    help: "Replace several comparisons of the same thing by one_of('…', '…'), or build the audience from smaller ones: an audience can be used as trait('its_key').",
  });
}
