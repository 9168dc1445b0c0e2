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
