import * as z from 'zod';
import { applyFix, check, explain, format } from '../../src/query/index.ts';

/** The form of one definition of the corpus. */
export const corpusEntrySchema = z.strictObject({
  query: z.string(),
  /** `users` if left out. */
  type: z.enum(['accounts', 'linked']).optional(),
  /** `audience` if left out. */
  purpose: z.literal('trait').optional(),
  /**
   * In the order of the text; nothing was found if left out. Each says how severe it is, its code,
   * where it begins and ends, and the text between.
   */
  diagnostics: z.array(z.string().regex(/^(error|warning|hint) [a-z-]+ at \d+-\d+: /)).optional(),
  /** The query after its fixes were applied one after the other, if it has any. */
  fixed: z.string().optional(),
  /** Only for a valid query. */
  formatted: z.string().optional(),
  explanation: z.string().optional(),
});
/** One definition of the corpus with all that is expected of it. */
export type CorpusEntry = z.infer<typeof corpusEntrySchema>;

/** A file of the corpus. */
export const corpusFileSchema = z.array(corpusEntrySchema);

/** What the code makes of a definition, in the form of the corpus. */
export function corpusEntry({ query, type, purpose }: CorpusEntry): CorpusEntry {
  const options = { type: type ?? 'users', purpose: purpose ?? 'audience' } as const;
  const { valid, diagnostics, tree } = check(query, options);
  const entry: CorpusEntry = { query, type, purpose };
  if (diagnostics.length > 0) {
    entry.diagnostics = diagnostics.map(({ severity, code, start, end }) => {
      return `${severity} ${code} at ${start}-${end}: ${query.slice(start, end)}`;
    });
  }
  const fixed = fixAll(query, options);
  if (fixed !== query) entry.fixed = fixed;
  if (valid) {
    entry.formatted = format(tree);
    entry.explanation = explain(tree, options.type);
  }
  return entry;
}

/** Applies the first fix of a query until there is none; more rounds than mistakes are a circle. */
function fixAll(query: string, options: Parameters<typeof check>[1]): string {
  let text = query;
  for (let round = 0; round < 20; round += 1) {
    const fix = check(text, options).diagnostics.find((diagnostic) => diagnostic.fix)?.fix;
    if (!fix) return text;
    text = applyFix(text, fix);
  }
  throw new Error(`The fixes of ${query} go round in circles: ${text}`);
}
