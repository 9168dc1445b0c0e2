import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { loopbackNames } from '../../config/http-address.ts';

/** What a browser may send, and what its scripts may read; only clients in a browser need it. */
const corsHeaders = {
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers':
    'authorization, content-type, accept, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id',
  'access-control-max-age': '86400',
};

/** Whose requests are taken, by the names under which the server is addressed and by their origin. */
export interface Fences {
  /** Host names in lower case; one without a port is good for any. */
  readonly allowedHosts: readonly string[];
  /** Origins such as `https://app.example.com`. */
  readonly allowedOrigins: readonly string[];
  /** Whether pages that this machine serves are allowed, too. */
  readonly allowsLoopbackOrigins: boolean;
  /** Whether pages of this server are allowed. */
  readonly allowsOwnOrigin?: boolean;
}

/**
 * Why a request is refused, in a sentence; undefined if it is not. A page that a browser has open
 * could otherwise reach a server on this machine or network, under a name that it controls (DNS
 * rebinding).
 */
export function refusalOf(headers: IncomingHttpHeaders, fences: Fences): string | undefined {
  const { host = '', origin } = headers;
  const refusal = hostRefusalOf(headers, fences);
  if (refusal !== undefined) return refusal;
  if (fences.allowsOwnOrigin && origin === `http://${host}`) return undefined;
  if (origin !== undefined && !isAllowedOrigin(origin, fences)) {
    return 'Requests of that origin are not allowed (--allowed-origins).';
  }
  return undefined;
}

/** The same for what everybody may get, whatever page asks for it. */
export function hostRefusalOf(
  { host = '' }: IncomingHttpHeaders,
  { allowedHosts }: Fences,
): string | undefined {
  if (isAllowedHost(host.toLowerCase(), allowedHosts)) return undefined;
  return 'This server is not served under that host name (--allowed-hosts).';
}

function isAllowedOrigin(
  origin: string,
  { allowedOrigins, allowsLoopbackOrigins }: Fences,
): boolean {
  if (allowedOrigins.includes(origin)) return true;
  if (!allowsLoopbackOrigins || !URL.canParse(origin)) return false;
  return loopbackNames.includes(new URL(origin).hostname);
}

function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  return allowed.includes(host) || allowed.includes(host.replace(/:\d{1,5}$/, ''));
}

/** What an allowed origin's responses say; nothing for a request without one. */
export function corsOf({ origin }: IncomingHttpHeaders): OutgoingHttpHeaders {
  if (origin === undefined) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'mcp-session-id, www-authenticate',
    vary: 'origin',
  };
}

/** The answer to what a browser asks before its request. */
export function preflightOf(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return { ...corsHeaders, ...corsOf(headers) };
}
