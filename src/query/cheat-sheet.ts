import { catalog, signature } from './catalog.ts';
import type { FunctionKind, LanguageFunction } from './language-function.ts';
import { maxPrimaryExpressions } from './limits.ts';

const headings: Record<FunctionKind, string> = {
  extractor: 'Begin a chain',
  filter: 'Filter a stream of events or entities',
  reducer: 'Reduce a stream to a value',
  comparison: 'Compare a value, which ends the chain',
};

function operatorOf(entry: LanguageFunction): string | undefined {
  return entry.kind === 'comparison' ? entry.operator : undefined;
}

/** The language on one page of Markdown, made from the catalog. */
export function cheatSheet(): string {
  const operators = [...catalog.values()].flatMap((entry) => operatorOf(entry) ?? []);
  const sections = Object.entries(headings).map(([kind, heading]) => {
    const rows = [...catalog.values()]
      .filter((entry) => entry.kind === kind)
      .map((entry) => {
        const operator = operatorOf(entry);
        const or = operator ? ` or \`${operator}\`` : '';
        return `| \`${signature(entry)}\`${or} | ${entry.note} | \`${entry.example}\` |`;
      });
    return `## ${heading}\n\n| function | meaning | example |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Segment's audience query language

A definition is conditions joined by \`AND\`, \`OR\` and \`NOT\`; \`AND\` binds tighter than \`OR\`,
parentheses group. A condition is a chain of calls: it begins with an extractor, may pass filters and
a reducer, and ends in a comparison. An audience must come out as true or false. At most
${maxPrimaryExpressions} conditions.

- Texts stand in single quotes, keywords in capitals; times are in hours or days (\`7 days\`).
- \`${operators.join('` `')}\` stand for the comparisons named below.
- \`ANY\` and \`ALL\` (any, every user of an account) are only for definitions of type accounts.
- \`property\` and \`context\` stand only in a \`where\` or a reducer.
- An event in the \`where\` of another makes a funnel; in it \`parent:\` means the outer event.
- Another audience is used as a trait named by its key.

${sections.join('\n')}`;
}
