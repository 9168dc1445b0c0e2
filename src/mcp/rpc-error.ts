/** The codes of JSON-RPC and MCP that this server answers with. */
export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  invalidParams: -32_602,
  internalError: -32_603,
  /** MCP's own, of `resources/read`. */
  resourceNotFound: -32_002,
} as const;

/**
 * An error of the protocol: a request that no handler can answer. The SDK's `McpError` writes its
 * code into the message a second time.
 */
export class RpcError extends Error {
  readonly code: number;

  /** @param message one sentence; it reaches the client as it is. */
  constructor(code: number, message: string) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
  }
}
