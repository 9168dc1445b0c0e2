/*
 * Addresses of HTTP, as people write them: where to listen, and the names under which browsers and
 * clients reach a server.
 */

/** An address to listen on. */
export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** The path of the endpoint, under the public URL. */
export const endpointPath = '/mcp';

/** Where a server listens that nobody told where: only this machine reaches it. */
const defaultHost = '127.0.0.1';

/** The names of this machine that a browser or client may use for it. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Whether only this machine reaches a host. @param host with or without brackets. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|\[?::1\]?|127(?:\.\d{1,3}){3})$/.test(host);
}

/**
 * Reads `[HOST:]PORT`; the default host is 127.0.0.1.
 *
 * @returns what is wrong, in words that follow the name of a setting, if it is not an address.
 */
export function parseListenAddress(text: string): ListenAddress | string {
  const { host, port } = splitPort(text);
  if (port === undefined) {
    const hint = isBareIpv6(text) ? '; an IPv6 address needs brackets, as in [::1]:8080' : '';
    return `must be [HOST:]PORT, as in 8080 or 0.0.0.0:8080${hint}`;
  }
  if (host === '') {
    return 'names no host: give the port alone to serve only this machine, or 0.0.0.0:PORT to serve on every address';
  }
  const canonical = canonicalHost(host ?? defaultHost);
  if (canonical === undefined) return 'must have a host name or an IP address before the port';
  if (port > maxPort) return `must have a port from 0 to ${maxPort}`;
  return { host: canonical.replace(/^\[|\]$/g, ''), port };
}

/**
 * A host as it appears in the header `Host`: in lower case, IPv6 in brackets, with a port only where
 * one is given. @returns undefined if it is none.
 */
export function parseHostName(text: string): string | undefined {
  const bracketed = isBareIpv6(text) ? `[${text}]` : text;
  const { host, port } = splitPort(bracketed);
  if (port !== undefined && (!host || port > maxPort)) return undefined;
  const name = canonicalHost(host ?? bracketed);
  return name === undefined || port === undefined ? name : `${name}:${port}`;
}

const maxPort = 65_535;

/** @returns no port if there is none, and no host if the text is a port alone. */
function splitPort(text: string): { host?: string; port?: number } {
  if (/^\d{1,5}$/.test(text)) return { port: Number(text) };
  const colon = text.lastIndexOf(':');
  const [host, port] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon === -1 || !/^\d{1,5}$/.test(port) || isBareIpv6(text)) return {};
  return { host, port: Number(port) };
}

function isBareIpv6(text: string): boolean {
  return /^[\da-f:.]+$/i.test(text) && text.split(':').length > 2;
}

/** The one spelling of a host, since 127.1 and 0x7f.1 are 127.0.0.1. */
function canonicalHost(host: string): string | undefined {
  if (!/^(?:[a-z\d]|[a-z\d][a-z\d._-]*[a-z\d]|\[[\da-f:.]+\])$/i.test(host)) return undefined;
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** The origin of a server that listens at an address. */
export function originAt({ host, port }: ListenAddress): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
