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
   * Whether there is a verdict. There is none for a query that is too long, too deep or too large
   * to be read; these limits are this program's, not Segment's.
   */
  checked: boolean;
  /** Whether the query has no error; absent without a verdict. */
  valid?: boolean;
  /** At most 20, in the order of the text. */
  diagnostics: Diagnostic[];
  /** What could be read; complete only if there was no syntax error. */
  tree: Expression;
  /** Conditions used, of the 50 allowed; 0 without a verdict. */
  primaryExpressions: number;
}

/**
 * Checks a query against the reference of the language.
 *
 * @param query the text of a definition. @param options level and purpose; by default, an audience
 * of users.
 * @returns the findings and the tree, for any text.
 * @throws {TypeError} if the query is not a string.
 */
export function check(query: string, options: CheckOptions = {}): Checked {
  return judge(query, options, true);
}

/** The same without a search for warnings, for what only has to be valid or read. */
export function checkErrors(query: string, options: CheckOptions = {}): Checked {
  return judge(query, options, false);
}

function judge(query: string, options: CheckOptions, warns: boolean): Checked {
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
  if (formIsRight && warns) {
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
 * Whether only brackets are wrong and the repair is clear: then all other errors follow from that,
 * and it is reported in their place.
 */
function repairBrackets(
  query: string,
  findings: Findings,
  options: Required<CheckOptions>,
): boolean {
  const tokens = balanceable(query);
  if (!tokens) return false;
  const repair = repairOfBrackets(query, tokens, (text) => {
    // A single error shows that this is not the intended text.
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
    const message = isClosing ? 'This bracket is never closed.' : 'This bracket is never opened.';
    const context = query.slice(fix.start, fix.start + 20).trim();
    findings.error(isClosing ? 'unclosed' : 'unopened', at, message, {
      help: context === '' ? `Add ${bracket} at the end.` : `Add ${bracket} before: ${context}`,
      fix,
    });
  } else
    findings.error('unexpected', at, `"${bracket}" does not belong here.`, {
      help: 'Remove it.',
      fix,
    });
  return true;
}

/**
 * The tokens of a text whose brackets don't balance; undefined if they do, or if a comment or
 * string may contain code.
 */
function balanceable(query: string): Token[] | undefined {
  const found = new Findings();
  const tokens = lex(query, found);
  const holdsCode = tokens.some((token) => token.kind === 'string' && holdsHalfBracket(token));
  const isClear = !tokens.at(-1)?.isOpen && !holdsCode && !found.has('comment');
  return isClear && !new Brackets(tokens).areBalanced ? tokens : undefined;
}

/** For a text that is not a definition at all, that is the only finding. */
function noDefinition(query: string, diagnostic: Diagnostic): Checked {
  const tree: Expression = { kind: 'missing', start: 0, end: query.length };
  return { checked: true, valid: false, diagnostics: [diagnostic], tree, primaryExpressions: 0 };
}

/** Beyond this program's limits, only the conditions are counted: their limit is Segment's. */
function unread(query: string, beyondLimit: Findings): Checked {
  // A partial tree would look like a definition.
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

/** The shortest condition: `trait('')=1`. */
const minConditionChars = 11;

/** The reference does not say whether conditions inside a `where` count toward the limit. */
function warnOfMany(tree: Expression, findings: Findings): void {
  const conditions = countAllConditions(tree);
  if (conditions <= maxPrimaryExpressions) return;
  const message = `The definition has ${conditions} conditions, counting nested ones; at most ${maxPrimaryExpressions} are allowed.`;
  findings.warn('many-conditions', tree, message, {
    help: "Segment's reference doesn't say whether conditions inside a where count, so Segment may reject it.",
  });
}

function tooMany(conditions: string, span: Span, findings: Findings): void {
  const message = `The definition has ${conditions} conditions; at most ${maxPrimaryExpressions} are allowed.`;
  findings.error('too-many-conditions', span, message, {
    help: "Replace several comparisons of the same value with one_of('…', '…'), or build the audience from smaller ones: trait('its_key') = 'true' means that someone is in the audience with that key.",
  });
}
