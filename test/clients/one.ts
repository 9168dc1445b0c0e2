import * as z from 'zod';
import type { TestedClient } from './client.ts';
import { runSteps } from './steps.ts';

/*
 * `one.ts NAME STATE_FOLDER`: drives one client, in a process of its own, and sends what came of it.
 */

const [name, stateFolder] = z.tuple([z.string(), z.string()]).parse(process.argv.slice(2));
const { client }: { client: TestedClient } = await import(`./clients/${name}.ts`);
process.send?.(await runSteps(client, stateFolder), () => process.exit());
