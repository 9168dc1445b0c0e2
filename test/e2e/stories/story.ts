import type { ExpectStatic } from 'vitest';
import * as z from 'zod';
import type { Sandbox, SandboxSeed } from '../../../src/sandbox/start.ts';
import type { callTool } from '../../support/in-memory.ts';

/*
 * What an everyday request is: in the words of a user, and the calls of tools by which an agent that
 * knows only the tools gets it done.
 */

/** An audience as the sandbox holds it, whatever the tools say. */
export interface Held {
  id: string;
  name: string;
  key: string;
  enabled: boolean;
  description?: string;
  audienceType: string;
  definition: { query: string };
  options?: object;
}

export type Called = Awaited<ReturnType<typeof callTool>>;

/** Where a story is told. */
export interface Scene {
  /** Calls a tool through the client. */
  call(tool: string, args?: object): Promise<Called>;
  sandbox: Sandbox;
  /** The audiences that a space holds, asked of the sandbox itself; by default the first space. */
  held(spaceId?: string): Promise<Held[]>;
  /** The data of any other read of the sandbox itself. @param path below the first space. */
  read(path: string): Promise<unknown>;
  expect: ExpectStatic;
}

export interface Story {
  /** What the user says. */
  request: string;
  /** The tools in the order of their calls; an agreement by a value takes a call of its own. */
  tools: readonly string[];
  /** Settings of the server, if those by default do not do. */
  args?: readonly string[];
  /** The bike rental by default. */
  world?: SandboxSeed;
  /** Audiences that Segment says have failed, by their ids. */
  failed?: readonly string[];
  tell(scene: Scene): Promise<void>;
}

const rowsSchema = z.object({ audiences: z.array(z.looseObject({ id: z.string() })) });
const namedSchema = z.array(z.looseObject({ name: z.string() }));
const confirmationSchema = z.object({ confirmation: z.string() });

/** The ids of the rows of a list. */
export function idsIn({ structured }: Called): string[] {
  return rowsSchema.parse(structured).audiences.map(({ id }) => id);
}

/** The names in a list of a result, in alphabetical order. @param field that holds the list. */
export function namesIn({ structured }: Called, field = 'audiences'): string[] {
  return namedSchema
    .parse(structured[field])
    .map(({ name }) => name)
    .sort();
}

/** The names of audiences in alphabetical order. */
export function namesOf(held: readonly Held[]): string[] {
  return held.map(({ name }) => name).sort();
}

/** Calls a tool that needs agreement: the user reads the question and says yes, in a second call. */
export async function agreed(
  { call, expect }: Scene,
  tool: string,
  args: object,
): Promise<{ question: string; done: Called }> {
  const asked = await call(tool, args);
  expect(asked.error?.code).toBe('confirmation_required');
  const { confirmation } = confirmationSchema.parse(asked.error?.details);
  const done = await call(tool, { ...args, confirmation });
  expect(done.error).toBeUndefined();
  return { question: asked.error?.message ?? '', done };
}
