/** The JSON-RPC and MCP error codes that this server returns. */
export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
  /** MCP's own, for `resources/read`. */
  resourceNotFound: -32_002,
  /** The SDK's own, for what is refused on the level of HTTP. */
  httpRefusal: -32_000,
  sessionNotFound: -32_001,
} as const;

/**
 * A protocol error: a request that no handler can answer. The SDK's `McpError` would repeat its
 * code in the message.
 */
export class RpcError extends Error {
  readonly code: number;
  /** Particulars for programs; undefined for none. */
  readonly data: object | undefined;

  /** @param message one sentence; it reaches the client unchanged, and so does `data`. */
  constructor(code: number, message: string, data?: object) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}
