import { catalog, signature } from './catalog.ts';
import type { FunctionKind, LanguageFunction } from './language-function.ts';
import { maxPrimaryExpressions } from './limits.ts';

/*
 * The language in Markdown, generated from the catalog: as one page, and as the parts that
 * docs/query-language.md includes.
 */

const headings: Record<FunctionKind, string> = {
  extractor: 'Begin a chain',
  filter: 'Filter a stream of events or entities',
  reducer: 'Reduce a stream to a value',
  comparison: 'Compare a value, which ends the chain',
};

function operatorOf(entry: LanguageFunction): string | undefined {
  return entry.kind === 'comparison' ? entry.operator : undefined;
}

/** The rules for every definition. */
export function languageRules(): string {
  const operators = [...catalog.values()].flatMap((entry) => operatorOf(entry) ?? []);
  return `A definition consists of conditions combined with \`AND\`, \`OR\` and \`NOT\`; \`AND\` binds tighter than \`OR\`,
parentheses group. A condition is a chain of calls: it starts with an extractor, may have filters and
a reducer, and ends in a comparison. An audience must be true or false, a computed trait must be a
value. At most ${maxPrimaryExpressions} conditions.

- Strings go in single quotes, keywords in capitals; lengths of time are in hours or days (\`7 days\`).
- \`${operators.join('` `')}\` are short for comparisons below.
- A definition has its audience's type: users, accounts or linked. \`ANY\` and \`ALL\` (any, every
  user of an account) work only for accounts, \`entity\` only in linked audiences.
- \`property\` and \`context\` work only inside a \`where\` or a reducer.
- An event inside the \`where\` of another makes a funnel; there, \`parent:\` means the outer event.
- Another audience is a trait named by its key. Compare membership and booleans with a
  string: \`trait('its_key') = 'true'\`.
`;
}

/** All functions: a table for each kind under a heading of this level. */
export function functionTables(marks: '##' | '###'): string {
  const sections = Object.entries(headings).map(([kind, heading]) => {
    const rows = [...catalog.values()]
      .filter((entry) => entry.kind === kind)
      .map((entry) => {
        const operator = operatorOf(entry);
        const or = operator ? ` or \`${operator}\`` : '';
        return `| \`${cell(signature(entry))}\`${or} | ${prose(entry.note)} | \`${cell(entry.example)}\` |`;
      });
    return `${marks} ${heading}\n\n| function | meaning | example |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return sections.join('\n');
}

/** The language on one page of Markdown. */
export function cheatSheet(): string {
  return `# Segment's audience query language

${languageRules()}
${functionTables('##')}`;
}

/** A note in a table; a backslash would vanish outside code. */
function prose(text: string): string {
  return cell(text).replaceAll('\\.', '`\\.`');
}

/** Text in a table; a vertical bar would end its cell, even in code. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
