import * as z from 'zod';
import { name as programName } from '../../version.ts';

/** The name of our entry in every client. */
export const entryName = 'segment-audiences';

/** How a client starts a server over stdio. */
export interface ServerStart {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** An entry of a client's file, as JSON. */
export type Entry = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields, such as an entry. */
export function isTable(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const words = z.array(z.string());
const variables = z.record(z.string(), z.unknown());
/**
 * Clients' different forms of the same entry: OpenCode's command is a list, Goose calls it `cmd`.
 */
const entrySchema = z.looseObject({
  command: z.union([z.string(), words]).optional(),
  cmd: z.string().optional(),
  args: words.nullish(),
  env: variables.nullish(),
  environment: variables.nullish(),
  envs: variables.nullish(),
});

/** How an entry starts its server, whatever the client; undefined if it starts nothing. */
export function startIn(entry: unknown): ServerStart | undefined {
  const { data } = entrySchema.safeParse(entry);
  const given = data?.command ?? data?.cmd;
  if (!data || given === undefined) return undefined;
  const [command = '', ...args] = [...[given].flat(), ...(data.args ?? [])];
  // Which of them counts is for the client to know.
  const named = Object.entries({ ...data.envs, ...data.environment, ...data.env });
  const env = named.map(([key, value]) => [key, String(value ?? '')] as const);
  return { command, args, env: Object.fromEntries(env) };
}

/**
 * The word of an entry that names this program: 0 is the command, 1 the first argument; undefined if the
 * entry does not start it. It names the package, its bin, or the file that is running. Under our name, it may
 * also be the main file of a clone, whatever the clone's folder is called, and even if it is gone.
 *
 * @param mainFile the real path of the running program. @param name the entry's name.
 */
export function programIn(
  { command, args }: ServerStart,
  mainFile: string,
  name: string,
): number | undefined {
  const given = [command, ...args].map((word) => ({ word, parts: word.split(/[\\/]/) }));
  const at = given.findIndex(
    ({ word, parts }) =>
      word === mainFile ||
      parts.some(isProgramName) ||
      (name === entryName && parts.length > 2 && parts.slice(-2).join('/') === 'dist/main.js'),
  );
  return at === -1 ? undefined : at;
}

/** The folder of the package, its bin with any extension, or the package with a version. */
function isProgramName(part: string): boolean {
  return isPackageName(part) || part.startsWith(`${programName}.`);
}

/** The package, perhaps with a version. */
export function isPackageName(word: string): boolean {
  return word === programName || word.startsWith(`${programName}@`);
}

/** The name of a command, without its folder and its ending on Windows. */
export function commandName(path: string): string {
  const name = path.split(/[\\/]/).at(-1)?.toLowerCase() ?? '';
  return name.replace(/\.(?:exe|cmd|bat|ps1)$/, '');
}

/** Whether a command is Node.js, by its name, perhaps with a version. */
export function isNode(command: string): boolean {
  return /^node(?:js)?[\d.-]*$/.test(commandName(command));
}
