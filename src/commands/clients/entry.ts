import * as z from 'zod';
import { name as programName } from '../../version.ts';

/** The name of our entry in every client. */
export const entryName = 'segment-audiences';

/** How a client starts a server over stdio. */
export interface ServerStart {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** The folder in which it is started, if the entry names one. */
  folder?: string;
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
  cwd: z.string().optional().catch(undefined),
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
  const start = { command, args, env: Object.fromEntries(env) };
  return data.cwd === undefined ? start : { ...start, folder: data.cwd };
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
