import type { Server } from 'node:http';
import type { ListenAddress } from '../../config/http-address.ts';

/**
 * Begins to listen.
 *
 * @returns the port. @throws {Error} with a `code` if that is not possible.
 */
export async function listenAt(server: Server, { host, port }: ListenAddress): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
