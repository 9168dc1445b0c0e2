import type { Chain, Expression } from './ast.ts';
import { comparisonIn, streamKindOf, withoutLast } from './chains.ts';
import type { Level } from './check-options.ts';
import { amountOf, type Bound, timesOf } from './explain-count.ts';
import {
  boundOfCount,
  explainCompared,
  explainStream,
  explainValue,
  type Voice,
} from './explain-value.ts';
import { markdown } from './phrases.ts';

/*
 * A definition in plain English. Every condition becomes a clause about someone ("who did X", "whose
 * y is z"), and clauses are joined as the definition joins them; what is nested is put in
 * parentheses, so that no sentence can be read in two ways.
 */

/** Whom a clause is about, as the words that begin it. */
interface Subject extends Voice {
  who: string;
  whose: string;
}
type Person = Omit<Subject, 'wording'>;

const person: Person = { who: 'who', whose: 'whose', owner: "the profile's", enclosing: [] };
const account: Person = { who: 'that', whose: 'whose', owner: "the account's", enclosing: [] };

/**
 * Explains a definition to a person who has to agree to it.
 *
 * @param wording how names and strings are written; by default names are in bold by Markdown's `**`.
 * @returns one sentence.
 */
export function explain(tree: Expression, type: Level, wording = markdown): string {
  const subject = { ...(type === 'accounts' ? account : person), wording };
  const noun = type === 'accounts' ? 'Accounts' : 'Users';
  if (tree.kind === 'chain' && !comparisonIn(tree)) {
    return `${capital(explainValue(tree, subject))}.`;
  }
  return `${noun} ${clause(tree, subject)}.`;
}

function clause(node: Expression, subject: Subject): string {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const clauses = node.operands.map((operand) => {
        const text = clause(operand, subject);
        return isOpen(operand) ? `(${text})` : text;
      });
      return clauses.join(`, ${node.kind} `);
    }
    case 'not':
      return denial(node.operand, subject);
    case 'any':
      return `with at least one user ${nested(node.operand, userOf(subject))}`;
    case 'all':
      return `of which every user is one ${nested(node.operand, userOf(subject))}`;
    case 'chain':
      return chainClause(node, subject, false);
    case 'missing':
      return `${subject.who} …`;
  }
}

/** A user of the account that is explained. */
function userOf({ wording }: Subject): Subject {
  return { ...person, owner: "the user's", wording };
}

/** Whether a clause that follows could be read as a part of this one's. */
function isOpen(node: Expression): boolean {
  if (node.kind !== 'not') return node.kind !== 'chain' && node.kind !== 'missing';
  // A denied junction has its own parentheses.
  return !isJunction(node.operand) && isOpen(node.operand);
}

function isJunction({ kind }: Expression): boolean {
  return kind === 'and' || kind === 'or';
}

function nested(node: Expression, subject: Subject): string {
  const text = clause(node, subject);
  return isJunction(node) ? `(${text})` : text;
}

function denial(node: Expression, subject: Subject): string {
  if (node.kind === 'not') return clause(node.operand, subject);
  if (node.kind === 'chain') return chainClause(node, subject, true);
  return `${subject.who} are not among those ${nested(node, subject)}`;
}

function chainClause(chain: Chain, subject: Subject, denied: boolean): string {
  const comparison = comparisonIn(chain)?.call;
  if (!comparison) return `${subject.who} …`;
  const bound = boundOfCount(chain, comparison, denied);
  if (bound) return countClause(chain, bound, subject);
  const value = explainValue(withoutLast(chain), subject);
  return `${subject.whose} ${value} ${explainCompared(chain, comparison, denied, subject)}`;
}

/** "did **X** at least twice in the last 7 days where …". */
function countClause(chain: Chain, bound: Bound, subject: Subject): string {
  const { name, limits } = explainStream(chain, subject);
  if (streamKindOf(chain) === 'entities') {
    return `${subject.who} have ${amountOf(bound, name)}${limits}`;
  }
  const count = timesOf(bound);
  return count === 'never'
    ? `${subject.who} never did ${name}${limits}`
    : `${subject.who} did ${name} ${count}${limits}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
