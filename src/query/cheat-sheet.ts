import { catalog, signature } from './catalog.ts';
import type { FunctionKind, LanguageFunction } from './language-function.ts';
import { maxPrimaryExpressions } from './limits.ts';

/*
 * The language in Markdown, made from the catalog: as one page, and as the parts that
 * docs/query-language.md takes in.
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

/** What holds for every definition. */
export function languageRules(): string {
  const operators = [...catalog.values()].flatMap((entry) => operatorOf(entry) ?? []);
  return `A definition is conditions joined by \`AND\`, \`OR\` and \`NOT\`; \`AND\` binds tighter than \`OR\`,
parentheses group. A condition is a chain of calls: it begins with an extractor, may pass filters and
a reducer, and ends in a comparison. An audience must come out as true or false, a computed trait as a
value. At most ${maxPrimaryExpressions} conditions.

- Texts stand in single quotes, keywords in capitals; times are in hours or days (\`7 days\`).
- \`${operators.join('` `')}\` stand for the comparisons named below.
- A definition is of type users, accounts or linked, as its audience is. \`ANY\` and \`ALL\` (any, every
  user of an account) are only for accounts, \`entity\` only for linked audiences.
- \`property\` and \`context\` stand only in a \`where\` or a reducer.
- An event in the \`where\` of another makes a funnel; in it \`parent:\` means the outer event.
- Another audience is used as a trait named by its key. Membership and booleans are compared with a
  text: \`trait('its_key') = 'true'\`.
`;
}

/** All functions, a table for each kind under a heading that begins with these marks. */
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

/** A note in a table; a backslash would vanish outside of code. */
function prose(text: string): string {
  return cell(text).replaceAll('\\.', '`\\.`');
}

/** A text in a table; an upright bar would end its cell, also within code. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
