import type { ReadApi } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { AudienceIndexes } from '../space/audience-indexes.ts';
import type { KnownNameLists } from '../space/known-names.ts';
import type { Redactor } from '../text/redact.ts';

/** One MCP resource as plain data: a text that clients can load. */
export interface Resource {
  uri: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
  /** What extensions of the protocol state about it. */
  _meta?: Record<string, unknown>;
  /** Its text; made on demand. */
  read(): Promise<string>;
}

/** Gives a resource its type. */
export function defineResource(resource: Resource): Resource {
  return resource;
}

/** What a template's text is made with, as a tool's handler has it. */
export interface ResourceContext {
  /** For reading; everything read through it counts as shown to the user. */
  api: ReadApi;
  call: CallContext;
  /** What the spaces held a short time ago. */
  indexes: AudienceIndexes;
  nameLists: KnownNameLists;
  /** How many audiences the plan includes. */
  planLimit: number | undefined;
  /** Whether a tool is offered. */
  offers(tool: string): boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** For text that is cut or escaped, after which a secret in it would not be recognized. */
  redactor: Redactor;
}

/** Which one of a template's resources is meant. */
export interface Asked {
  /** A space that may be used. */
  spaceId: string;
  /** The id of an audience; empty if the template has no such variable. */
  id: string;
}

/** Resources that exist for each space, or for each audience of it, as plain data. */
export interface ResourceTemplate {
  /** With the variables `{spaceId}` and perhaps `{id}`, each a whole segment of the path. */
  uriTemplate: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
  /** Tools that read the same: the template is offered where one of them is. */
  sameAs: readonly string[];
  /** The text of one of them. @throws {AudiencesError} */
  read(asked: Asked, context: ResourceContext): Promise<string>;
}

/** Gives a template its type. */
export function defineTemplate(template: ResourceTemplate): ResourceTemplate {
  return template;
}
