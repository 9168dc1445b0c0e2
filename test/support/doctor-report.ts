import * as z from 'zod';

/** What `doctor --json` prints: exactly this, and nothing else. */
export const reportSchema = z.strictObject({
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      status: z.enum(['ok', 'warn', 'fail', 'skipped']),
      message: z.string(),
      next: z.string().optional(),
    }),
  ),
});
