/*
 * What every client is to the steps: a way to open a session of the built server with it.
 */

/** How the server is started. */
export interface ServerCommand {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** One server, as the client hands it to a model. */
export interface Session {
  /** The names under which the client offers the tools; some put the server's name in front. */
  toolNames(): Promise<string[]>;
  /**
   * Calls a tool by the server's name for it. Gives what a model would read, of a failed call as well.
   */
  call(tool: string, args: Record<string, unknown>): Promise<string>;
  /** The addresses of the resources it offers; absent where a client knows no resources. */
  resources?(): Promise<string[]>;
  close(): Promise<void>;
}

/** A user who is asked, and agrees. */
export type AskUser = (question: string) => { action: 'accept'; content: { agree: boolean } };

export interface TestedClient {
  /** The package whose version the table shows. */
  packageName: string;
  /** Starts a server for every call, so that all of them need one sandbox outside. */
  processPerCall?: true;
  /** Can put a question of the server to its user. */
  asksUser?: true;
  /** @param askUser only given where the client `asksUser`. */
  open(server: ServerCommand, askUser?: AskUser): Promise<Session>;
}

/**
 * A program that reads the servers it starts from a file of its own, and says without a login which
 * of them it is connected to.
 */
export interface TestedProgram {
  /** The package whose version the table shows. */
  packageName: string;
  /** Its name for `setup`. */
  setupName: string;
  /** Whether `setup --write` edits its file; if not, the printed block goes into this file. */
  file: 'written' | { path: string };
  /** Whether `setup` prints a command of the program that adds the server. */
  hasAddCommand: boolean;
  /** What the program needs to know of a new home, before `setup`. */
  prepare?(home: string): void;
  /** What the program prints about its servers, after trying to connect. @param home is its HOME. */
  list(home: string): Promise<string>;
  /** Whether that shows that it is connected to the server. */
  isConnected(printed: string): boolean;
}

/** What a model reads: text as it is, anything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

/** What came of a call, of one that the client lets throw as well: the text of its error. */
export async function textOrError(calling: () => Promise<unknown>): Promise<string> {
  try {
    return asText(await calling());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The offered tool that stands for the server's one. @throws {Error} if none does. */
export function pick<Tool extends { name: string }>(tools: readonly Tool[], name: string): Tool {
  const tool = tools.find((offered) => standsFor(offered.name, name));
  if (!tool) throw new Error(`The client does not offer ${name}.`);
  return tool;
}

/** Whether a client offers a tool under this name, perhaps with the server's name in front. */
export function standsFor(offered: string, name: string): boolean {
  return offered === name || offered.endsWith(`_${name}`) || offered.endsWith(`/${name}`);
}
