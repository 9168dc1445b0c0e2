import type * as z from 'zod';
import type { RequestHandler } from './client-call.ts';

/** The schema of one method's requests. */
export type RequestSchema = z.ZodObject<{ method: z.ZodLiteral<string> }>;

/** Takes handlers of requests, for one version of the SDK. */
export interface HandlerTable {
  setRequestHandler<Schema extends RequestSchema>(
    schema: Schema,
    handler: RequestHandler<z.output<Schema>>,
  ): void;
}

type Empty = Record<string, never>;

/** What a server declares to clients, as every version of the protocol has it. */
export interface Declared {
  tools?: Empty;
  resources?: Empty;
  prompts?: Empty;
  completions?: Empty;
  extensions?: Record<string, Empty>;
}

/**
 * A part of what the server can do: what it declares to clients, and how it handles their requests.
 */
export interface Capability {
  declares: Declared;
  /** Registers its request handlers; called once, before the server is connected. */
  register(server: HandlerTable): void;
}
