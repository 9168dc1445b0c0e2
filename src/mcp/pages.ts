import { RpcError, rpcCodes } from './rpc-error.ts';

/**
 * Lists of tools and resources have one page, so no cursor was ever returned.
 *
 * @throws {RpcError} for a request that has one.
 */
export function assertFirstPage(params: { cursor?: string } | undefined): void {
  if (params?.cursor === undefined) return;
  throw new RpcError(rpcCodes.invalidParams, 'cursor: not one that this server returned.');
}
