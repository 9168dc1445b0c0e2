import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import {
  InitializeRequestSchema,
  isInitializeRequest,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import { modernVersion, namesItsVersion } from '../../mcp/era.ts';
import { asId, type Refusal, readMessage } from '../../mcp/messages.ts';
import { loadModern, type Modern } from '../../mcp/modern.ts';
import { rpcCodes } from '../../mcp/rpc-error.ts';
import { type ClosableServer, type CreateServer, createMcpServer } from '../../mcp/server.ts';
import { cut, visibleJson, visibleLines } from '../../text/visible.ts';
import { ResumedTransport } from './resumed-transport.ts';
import type { SessionSeals, Statement } from './session-seals.ts';
import type { UnderWay } from './under-way.ts';

/** An SSE comment at this interval keeps intermediaries from closing a quiet stream. */
const keepAliveMs = 15_000;
/** Maximum length of the client's name and of its version, which become part of the session's id. */
const maxClientChars = 100;

/** The methods that may send something to Segment. */
const lasting = ['tools/call', 'resources/read', 'prompts/get'];

/** What serves one request of a client. */
export interface ServedSession<Server extends ClosableServer> {
  server: Server;
  /** The client is gone: ends whatever has not been sent to Segment. */
  abandon(): void;
  /** Resolves when no tool call is running. */
  idle(): Promise<void>;
}

/** Somebody who was let in. */
export interface Visitor {
  /** The caller's id. */
  caller: string;
  /**
   * Opens what serves one request.
   *
   * @param session the random id of the session, for the log; undefined where there is none.
   */
  open<Server extends ClosableServer>(
    createServer: CreateServer<Server>,
    session?: string,
  ): ServedSession<Server>;
  /** Why a request may not be served, as an HTTP response; undefined if it may. */
  refusalOf(request: Pick<JSONRPCRequest, 'method' | 'params'>): HttpRefusal | undefined;
}

/** A refusal on the level of HTTP. */
export interface HttpRefusal {
  status: number;
  headers: Record<string, string>;
  message: string;
}

/** What exchanges have in common. */
export interface ExchangeOptions {
  seals: SessionSeals;
  underWay: UnderWay;
}

/** Serves the messages of clients; everything that they need to know comes with each of them. */
export class Exchange {
  readonly #options: ExchangeOptions;
  /** Loaded for the first message that needs it. */
  #modern: Promise<Modern> | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Answers one POST. Never rejects. @param body the text of the request. */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    visitor: Visitor,
  ): Promise<void> {
    let value: unknown;
    try {
      value = JSON.parse(body.startsWith('\ufeff') ? body.slice(1) : body);
    } catch {
      return refuse(response, 400, rpcCodes.parseError, 'The body is not JSON.');
    }
    if (Array.isArray(value)) {
      const message = 'Send each message in a request of its own: there are no batches here.';
      return refuse(response, 400, rpcCodes.invalidRequest, message);
    }
    const version = request.headers['mcp-protocol-version'];
    if (namesItsVersion(value) || version === modernVersion) {
      return this.#serveModern(request, response, value, visitor);
    }
    if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(String(version))) {
      const known = [modernVersion, ...SUPPORTED_PROTOCOL_VERSIONS].join(', ');
      const message = `Unsupported protocol version in MCP-Protocol-Version; supported: ${known}.`;
      return refuse(response, 400, rpcCodes.httpRefusal, message);
    }
    const reading = readMessage(value, () => true);
    if (reading.kind === 'refused') return refuseMessage(response, reading);
    if (reading.kind === 'ignored') return accept(response);
    if (reading.kind === 'request' && isInitializeRequest(reading.message)) {
      return this.#serve({ request, response, visitor, message: reading.message });
    }
    const statement = this.#statementOf(request, response, visitor);
    if (!statement) return;
    if (reading.kind === 'request') {
      return this.#serve({ request, response, visitor, message: reading.message, statement });
    }
    if (reading.kind === 'response') {
      await this.#options.underWay.answer(statement, reading.message);
    } else {
      await this.#notice(statement, reading.message);
    }
    return accept(response);
  }

  /** What the session of a request began with; if there is none, the request is refused. */
  #statementOf(
    { headers }: IncomingMessage,
    response: ServerResponse,
    { caller }: Visitor,
  ): Statement | undefined {
    const given = headers['mcp-session-id'];
    if (given === undefined) {
      const message = 'The header Mcp-Session-Id is missing: call initialize first.';
      refuse(response, 400, rpcCodes.httpRefusal, message);
      return undefined;
    }
    const statement = this.#options.seals.open(String(given), caller);
    if (!statement) {
      const message = 'There is no such session: call initialize for a new one.';
      refuse(response, 404, rpcCodes.sessionNotFound, message);
    }
    return statement;
  }

  async #notice(statement: Statement, { method, params }: JSONRPCNotification): Promise<void> {
    if (method !== 'notifications/cancelled') return;
    const id = asId(params?.requestId);
    if (id !== undefined) await this.#options.underWay.cancel(statement, id);
  }

  async #serve({ request, response, visitor, message, statement }: Serving): Promise<void> {
    const { underWay, seals } = this.#options;
    if (isRefused(response, visitor, message)) return;
    const owner = statement ?? { caller: visitor.caller, id: '' };
    if (statement && underWay.has(owner, message.id)) {
      const problem = 'A request with this id is in progress.';
      return refuse(response, 400, rpcCodes.invalidRequest, problem);
    }
    const inner = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      // Progress, questions and long waits need a stream; all else is over in a moment.
      enableJsonResponse: !lasting.includes(message.method),
      keepAliveMs,
    });
    const transport = new ResumedTransport(inner, underWay.questionsOf(owner));
    const session = visitor.open(createMcpServer, statement?.id);
    const end = underWay.begin(owner, message.id, () => {
      transport.cancel(message.id);
      // The protocol has no response to a cancelled request, so the stream ends without one.
      void session.idle().then(() => session.server.close());
    });
    try {
      await session.server.connect(transport);
      if (statement) await transport.resume(statement);
      const answered = await inner.handleRequest(webRequest(request), { parsedBody: message });
      const headers = statement
        ? {}
        : sessionHeader(seals, visitor.caller, message, transport.negotiated);
      if (!(await hasLeft(answered, response, headers))) {
        transport.abandon();
        session.abandon();
      }
      await session.idle();
    } finally {
      end();
      await session.server.close();
      if (!response.writableEnded) response.end();
    }
  }

  /** Serves a message of the protocol without sessions. */
  async #serveModern(
    request: IncomingMessage,
    response: ServerResponse,
    value: unknown,
    visitor: Visitor,
  ): Promise<void> {
    const reading = readMessage(value, () => false);
    if (reading.kind === 'refused') return refuseMessage(response, reading);
    const message = reading.kind === 'request' ? reading.message : undefined;
    if (message && isRefused(response, visitor, message)) return;
    this.#modern ??= loadModern();
    const { createsAnswerers } = await this.#modern;
    const streams = message !== undefined && lasting.includes(message.method);
    const session = visitor.open(createsAnswerers({ streams, keepAliveMs }));
    try {
      const answered = await session.server.answer(webRequest(request), message ?? value);
      if (!(await hasLeft(answered, response))) session.abandon();
      await session.idle();
    } finally {
      await session.server.close();
      if (!response.writableEnded) response.end();
    }
  }
}

interface Serving {
  request: IncomingMessage;
  response: ServerResponse;
  visitor: Visitor;
  message: JSONRPCRequest;
  /** What the session began with; undefined for the request that begins it. */
  statement?: Statement;
}

/** Refuses what the visitor may not ask for. @returns whether it has. */
function isRefused(response: ServerResponse, visitor: Visitor, request: JSONRPCRequest): boolean {
  const refusal = visitor.refusalOf(request);
  if (!refusal) return false;
  const { status, message, headers } = refusal;
  refuse(response, status, rpcCodes.httpRefusal, message, { headers, id: request.id });
  return true;
}

/** Only the headers that the SDK and observers look at: the others may hold credentials. */
function webRequest({ headers }: IncomingMessage): Request {
  const names = [
    'accept',
    'content-type',
    'mcp-protocol-version',
    'mcp-method',
    'mcp-name',
    'traceparent',
    'tracestate',
  ];
  const kept = names.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  return new Request('http://localhost/mcp', { method: 'POST', headers: kept });
}

/** The id of the session that an `initialize` began; none if it failed. */
function sessionHeader(
  seals: SessionSeals,
  caller: string,
  message: JSONRPCRequest,
  protocolVersion: string | undefined,
): Record<string, string> {
  // The schema also reads older forms of what a client declares.
  const { data } = InitializeRequestSchema.safeParse(message);
  if (protocolVersion === undefined || !data) return {};
  const { clientInfo, capabilities } = data.params;
  const sealed = seals.seal({
    caller,
    protocolVersion,
    client: {
      name: cut(clientInfo.name, maxClientChars),
      version: cut(clientInfo.version, maxClientChars),
    },
    elicits: capabilities.elicitation?.form !== undefined,
  });
  return { 'mcp-session-id': sealed };
}

/** Sends what the SDK answers. @returns whether all of it has left before the client did. */
function hasLeft(
  answered: Response,
  response: ServerResponse,
  headers: Record<string, string> = {},
): Promise<boolean> {
  // No event will come of it.
  if (response.destroyed) return Promise.resolve(false);
  const left = new Promise<void>((resolve) => response.once('close', resolve));
  return Promise.race([
    pipe(answered, response, headers),
    left.then(() => response.writableFinished),
  ]);
}

async function pipe(
  answered: Response,
  response: ServerResponse,
  headers: Record<string, string>,
): Promise<boolean> {
  // Whether the connection stays open is ours to say.
  const { connection: _, ...given } = Object.fromEntries(answered.headers);
  response.writeHead(answered.status, { ...given, ...headers });
  if (answered.body) {
    const decoder = new TextDecoder();
    for await (const chunk of answered.body) {
      if (response.destroyed) return false;
      // Invisible characters occur in strings of JSON only, where the escape means the same.
      const hasRoom = response.write(visibleLines(decoder.decode(chunk, { stream: true })));
      if (!hasRoom) await drained(response);
    }
  }
  return new Promise((resolve) => response.end(() => resolve(true)));
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

/** What needs no response has arrived. */
function accept(response: ServerResponse): void {
  response.writeHead(202).end();
}

/** A request that can be answered gets its error as the answer; anything else is a bad request. */
function refuseMessage(response: ServerResponse, { id, code, message }: Refusal): void {
  refuse(response, id === undefined ? 400 : 200, code, message, { id });
}

/** Answers with a JSON-RPC error. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: number,
  message: string,
  { id, headers = {} }: { id?: RequestId; headers?: Record<string, string> } = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(visibleJson({ jsonrpc: '2.0', error: { code, message }, id: id ?? null }));
}
