import { outsideQuotes, unquoted } from './question.ts';

/*
 * Reads what deserves a look in a space: the end of the server's overview of it, in Markdown.
 */

/** A line of the list, with the audiences that it is about. */
export interface Finding {
  /** Undefined for a remark that is not a finding. */
  severity: string | undefined;
  text: string;
  /** The id is undefined for how many more there are. */
  audiences: { name: string; id: string | undefined }[];
}

/** The findings in an overview, and what is remarked below them. */
export function findingsIn(overview: string): Finding[] {
  const [, about = ''] = overview.split('\n## What deserves a look\n');
  const findings: Finding[] = [];
  for (const line of about.split('\n')) {
    const [name = '', id] = outsideQuotes(line.slice(4), ', ').map(unquoted);
    const [, severity, text] = /^- \*\*(\w+)\*\* \([\w ]+\): (.*)/.exec(line) ?? [];
    if (line.startsWith('  - ')) findings.at(-1)?.audiences.push({ name, id });
    else if (line !== '') findings.push({ severity, text: text ?? line, audiences: [] });
  }
  return findings;
}
