import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** A folder for each released version. */
export const folderOfReleases = 'test/contract/released';

const surfaceSchema = z.strictObject({
  /** With a value that each takes; null for a switch. */
  flags: z.record(z.string(), z.string().nullable()),
  /** With a value that each takes. */
  variables: z.record(z.string(), z.string()),
  /** Command lines that use all flags of each command, without its name. */
  commands: z.record(z.string(), z.array(z.array(z.string()))),
  toolsets: z.record(z.string(), z.array(z.string())),
  errorCodes: z.array(z.string()),
  /** Command lines by the exit code that they end with. */
  exitCodes: z.record(z.string(), z.array(z.string())),
  tools: z.record(
    z.string(),
    z.strictObject({
      inputs: z.array(z.string()),
      required: z.array(z.string()),
      outputs: z.array(z.string()),
    }),
  ),
  /** Parameters of the endpoint's URL, with a value that each takes. */
  queryParameters: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), z.strictObject({ type: z.string(), labels: z.array(z.string()) })),
  /** The fields of what commands print as JSON. */
  printed: z.record(z.string(), z.array(z.string())),
  /** What people wrote. */
  files: z.strictObject({
    keys: z.looseObject({ version: z.number() }),
    tokens: z.looseObject({ version: z.number() }),
    policies: z.array(z.unknown()),
    seed: z.looseObject({}),
  }),
});

/** The interface of a released version, as it was recorded. */
export function readSurface(version: string): z.infer<typeof surfaceSchema> {
  const file = join(folderOfReleases, version, 'surface.json');
  return surfaceSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
