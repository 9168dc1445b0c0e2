import { createHash } from 'node:crypto';
import type { JWTPayload, JWTVerifyOptions, LocalJWKSet } from 'jose';
import type { Clock } from '../clock.ts';
import type { OAuthConfig } from '../config/http-config.ts';
import type { Log } from '../log.ts';
import { AccessError, type Authenticator } from './authenticator.ts';
import { bearerIn } from './bearer.ts';
import type { Scope } from './caller.ts';
import { type Fetch, IssuerKeys, type KeySet } from './issuer-keys.ts';
import { type ClaimPolicy, policyFor } from './oauth-policies.ts';
import { allScopes } from './scopes.ts';
import { assertHasToken, reportMissingTokens, type TokenNames } from './token-choice.ts';
import type { WatchedFile } from './watched-file.ts';

/** Those with a public key: whoever can check a token must not be able to make one. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** How far clocks may differ. */
const toleranceSeconds = 30;

export interface OAuthContext {
  fetch: Fetch;
  clock: Clock;
  log: Log;
  tokens: TokenNames;
  /** The policies of claims; undefined to give everybody what the settings allow. */
  policies: WatchedFile<readonly ClaimPolicy[]> | undefined;
}

/** Lets in whoever has an access token that the issuer made for this server, as a JWT. */
export async function createOAuthAuthenticator(
  { issuer, audience, jwks }: OAuthConfig,
  { fetch, clock, log, tokens, policies }: OAuthContext,
): Promise<Authenticator> {
  const jose = await import('jose');
  const keys = new IssuerKeys(issuer, jwks, { fetch, clock, log });
  // The first caller need not wait for them.
  void keys.current();
  const report = (list: readonly ClaimPolicy[]) => {
    const rows = list.map(({ claim, policy }) => ({ of: claim, policy }));
    reportMissingTokens(rows, tokens, log);
  };
  if (policies) report(policies.value);
  const forget = policies?.onChange(report);

  // Keys are imported once per set, not once per token.
  let local: { set: KeySet; keyOf: LocalJWKSet } | undefined;
  const keysOf = (set: KeySet): LocalJWKSet => {
    if (local?.set !== set) local = { set, keyOf: jose.createLocalJWKSet(set) };
    return local.keyOf;
  };

  const verifyWith = async (token: string, set: KeySet): Promise<JWTPayload> => {
    const options: JWTVerifyOptions = {
      issuer,
      audience,
      algorithms,
      clockTolerance: toleranceSeconds,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(clock.now()),
    };
    try {
      return (await jose.jwtVerify(token, keysOf(set), options)).payload;
    } catch (error) {
      if (!(error instanceof jose.errors.JWKSMultipleMatchingKeys)) throw error;
      // The token does not say which key it is signed with: any of them may be.
      for await (const key of error) {
        const payload = await jose.jwtVerify(token, key, options).catch((reason) => {
          if (reason instanceof jose.errors.JWSSignatureVerificationFailed) return undefined;
          throw reason;
        });
        if (payload) return payload.payload;
      }
      throw new jose.errors.JWSSignatureVerificationFailed();
    }
  };

  /** Whether other keys of the issuer may match. */
  const isKeyMissing = (error: unknown) =>
    error instanceof jose.errors.JWKSNoMatchingKey ||
    error instanceof jose.errors.JWSSignatureVerificationFailed;

  const verify = async (token: string): Promise<JWTPayload> => {
    const set = await keys.current();
    if (!set) throw unavailable();
    try {
      return await verifyWith(token, set);
    } catch (error) {
      if (!isKeyMissing(error)) throw error;
      const newer = await keys.newer();
      if (!newer || newer === set) throw error;
      return await verifyWith(token, newer);
    }
  };

  /** @returns the error of whoever sent a token that is not accepted. */
  const refusal = (error: unknown): AccessError => {
    if (error instanceof AccessError) return error;
    if (error instanceof jose.errors.JWTExpired) {
      return new AccessError('expired', 401, 'The access token has expired.');
    }
    if (error instanceof jose.errors.JWTClaimValidationFailed && error.claim === 'aud') {
      return new AccessError('wrong_audience', 401, 'The access token is for another server.');
    }
    return new AccessError('unknown', 401, 'The access token is not accepted.');
  };

  return {
    async authenticate(authorization) {
      const token = bearerIn(authorization);
      if (token.split('.').length !== 3) {
        throw new AccessError('malformed', 401, 'The access token is not a JWT.');
      }
      const claims = await verify(token).catch((error) => {
        throw refusal(error);
      });
      const { sub } = claims;
      if (typeof sub !== 'string' || sub === '') {
        throw new AccessError('unknown', 401, 'The access token names no subject.');
      }
      const policy = policies ? policyFor(claims, policies.value) : {};
      if (!policy) {
        throw new AccessError('no_policy', 403, 'You are logged in, but no policy applies to you.');
      }
      assertHasToken(policy, tokens);
      return { id: callerId(sub), policy, scopes: scopesIn(claims) };
    },
    notReady() {
      if (keys.known) return undefined;
      // Without requests, which wait until this is ready, nothing else would try again.
      void keys.current();
      return "The issuer's keys are not known yet.";
    },
    close() {
      forget?.();
      policies?.close();
    },
  };
}

function unavailable(): AccessError {
  return new AccessError(
    'unavailable',
    503,
    "The access token can't be checked now: the keys of its issuer can't be fetched. Try again.",
  );
}

/** What is longer, or has other characters, appears as a hash. */
const plainSubject = /^[\x21-\x7e]{1,128}$/;

/** No two subjects have the same one. */
function callerId(subject: string): string {
  if (plainSubject.test(subject)) return `oauth:${subject}`;
  return `oauth-sha256:${createHash('sha256').update(subject).digest('hex')}`;
}

/** Issuers write scopes into `scope` or `scp`, as words or as a list. */
function scopesIn(claims: Readonly<Record<string, unknown>>): ReadonlySet<Scope> {
  const words = [claims.scope, claims.scp].flatMap((claim) =>
    typeof claim === 'string' ? claim.split(' ') : claim,
  );
  return new Set(allScopes.filter((scope) => words.includes(scope)));
}
