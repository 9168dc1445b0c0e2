import type { IncomingMessage } from 'node:http';

/** The limit of a message over HTTP. */
export const maxBodyBytes = 1024 * 1024;

/** The body is longer than `maxBodyBytes`. */
export class BodyTooLargeError extends Error {}

/** The client broke off before its request was complete. */
export class BrokenOffError extends Error {}

/** @throws {BodyTooLargeError} if the request says itself that its body is too long. */
export function assertDeclaredLength({ headers }: IncomingMessage): void {
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw new BodyTooLargeError();
}

/**
 * Reads the body of a request. After an error the rest is left unread, so that the response can
 * still leave; the connection must then be closed.
 *
 * @throws {BodyTooLargeError} as soon as that is known. @throws {BrokenOffError}
 */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    // No event will come of it.
    if (request.destroyed) reject(new BrokenOffError());
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else {
        request.pause();
        reject(new BodyTooLargeError());
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    for (const event of ['error', 'close']) request.on(event, () => reject(new BrokenOffError()));
  });
}
