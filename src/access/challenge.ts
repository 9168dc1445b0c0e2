import { endpointPath } from '../config/http-address.ts';
import type { AccessError } from './authenticator.ts';
import { allScopes } from './scopes.ts';

/*
 * What tells clients how to log in: the header `WWW-Authenticate` (RFC 6750, section 3) and the
 * metadata of the protected resource (RFC 9728).
 */

const wellKnown = '/.well-known/oauth-protected-resource';

/** The paths of the metadata: that of the resource itself, and the one that some clients try first. */
export const resourceMetadataPaths: readonly string[] = [`${wellKnown}${endpointPath}`, wellKnown];

/** Where clients log in. */
export interface LoginServer {
  /** The origin under which clients reach this server. */
  publicUrl: string;
  issuer: string;
}

/** The metadata of the protected resource (RFC 9728, section 2). */
export function resourceMetadata({ publicUrl, issuer }: LoginServer): {
  resource: string;
  authorization_servers: string[];
  scopes_supported: string[];
  bearer_methods_supported: string[];
} {
  return {
    resource: `${publicUrl}${endpointPath}`,
    authorization_servers: [issuer],
    scopes_supported: [...allScopes],
    bearer_methods_supported: ['header'],
  };
}

/**
 * The header `WWW-Authenticate` for a request that was not let in, with HTTP 401.
 *
 * @param publicUrl undefined where clients can't log in with OAuth.
 */
export function loginChallenge(
  { fault, message }: Pick<AccessError, 'fault' | 'message'>,
  publicUrl: string | undefined,
): string {
  // RFC 6750, section 3.1: no error for a request without credentials.
  const error: Record<string, string> =
    fault === 'no_credentials' ? {} : { error: 'invalid_token', error_description: message };
  return challenge(error, publicUrl);
}

/** The header `WWW-Authenticate` for a call that the token's scopes do not include, with HTTP 403. */
export function scopeChallenge(publicUrl: string): string {
  const error_description = 'The access token lacks the scope of this tool.';
  return challenge({ error: 'insufficient_scope', error_description }, publicUrl);
}

function challenge(error: Record<string, string>, publicUrl: string | undefined): string {
  const login = publicUrl !== undefined && {
    scope: allScopes.join(' '),
    resource_metadata: `${publicUrl}${resourceMetadataPaths[0]}`,
  };
  const parameters = { realm: 'segment-audiences-mcp', ...error, ...login };
  const pairs = Object.entries(parameters).map(([name, text]) => `${name}="${quotable(text)}"`);
  return `Bearer ${pairs.join(', ')}`;
}

/** What may stand in a quoted parameter (RFC 6750, section 3). */
function quotable(text: string): string {
  return text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'");
}
