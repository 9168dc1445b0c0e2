import type { Socket } from 'node:net';

/** The part of a status line that distinguishes interim responses, such as `HTTP/1.1 100`. */
const statusChars = 12;
const interimStart = 'HTTP/1.1 1';
/** Switching to another protocol, which is not an interim response. */
const switching = 'HTTP/1.1 101';
const headersEnd = '\r\n\r\n';
/** Longer headers are left to the parser, which refuses them: as many as Node.js and undici read. */
const maxHeadersBytes = 16 * 1024;

/**
 * Hides interim responses, such as 100 and 103, from the reader of a socket. A client has to be
 * able to read any number of them before the response itself, expected or not (RFC 9110, section
 * 15.2), but undici closes the connection at a 100: `onHeadersComplete` in its
 * lib/dispatcher/client-h1.js.
 *
 * The next response is assumed to begin with the first byte that is read after one was written: so
 * no request may be written before the response to the previous one has ended, nor in more than one
 * turn.
 *
 * @param socket of HTTP/1.1, read by its `read`. @returns the same socket.
 */
export function withoutInterimResponses<Read extends Pick<Socket, 'read' | 'write'>>(
  socket: Read,
): Read {
  const nothing = Buffer.alloc(0);
  /** The start of a response whose status is not known yet; undefined within a response. */
  let begun: Buffer | undefined;
  socket.write = new Proxy(socket.write, {
    apply(write, self, given) {
      begun ??= nothing;
      return Reflect.apply(write, self, given);
    },
  });
  socket.read = new Proxy(socket.read, {
    apply(read, self, given) {
      for (;;) {
        const chunk: unknown = Reflect.apply(read, self, given);
        if (!begun || !Buffer.isBuffer(chunk)) return chunk;
        const response = afterInterim(begun.length > 0 ? Buffer.concat([begun, chunk]) : chunk);
        begun = response.isBegun ? undefined : response.bytes;
        if (response.isBegun) return response.bytes;
      }
    },
  });
  return socket;
}

/** What follows the interim responses at the start, and whether it is certainly not one itself. */
function afterInterim(bytes: Buffer): { bytes: Buffer; isBegun: boolean } {
  let rest = bytes;
  for (;;) {
    const status = rest.toString('latin1', 0, statusChars);
    const mayBeInterim = status.startsWith(interimStart) || interimStart.startsWith(status);
    if (!mayBeInterim || status === switching) return { bytes: rest, isBegun: true };
    const end = status.length === statusChars ? rest.indexOf(headersEnd) : -1;
    if (end === -1) return { bytes: rest, isBegun: rest.length > maxHeadersBytes };
    rest = rest.subarray(end + headersEnd.length);
  }
}
