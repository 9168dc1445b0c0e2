import * as z from 'zod';
import type { TestedClient, TestedProgram } from './client.ts';
import { runSetupSteps } from './setup-steps.ts';
import { runSteps } from './steps.ts';

/*
 * `one.ts NAME STATE_FOLDER`: drives one client, in a process of its own, and sends what came of it.
 */

const [name, stateFolder] = z.tuple([z.string(), z.string()]).parse(process.argv.slice(2));
const { client }: { client: TestedClient | TestedProgram } = await import(`./clients/${name}.ts`);
const running = 'open' in client ? runSteps(client, stateFolder) : runSetupSteps(client);
process.send?.(await running, () => process.exit());
