import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import * as z from 'zod';

/*
 * A stand-in for a company's authorization server: metadata (RFC 8414), dynamic registration
 * (RFC 7591), the code flow with PKCE (RFC 7636) and resource indicators (RFC 8707), JWTs signed
 * with keys that it can rotate. Its user agrees to everything at once.
 */

interface SigningKey {
  privateKey: CryptoKey;
  jwk: JWK;
  algorithm: string;
}

/** How a token differs from the usual one. */
interface TokenOptions {
  /** Whether its header names the key; by default, it does. */
  withKid?: boolean;
  /** A key other than the newest. */
  key?: SigningKey;
}

interface Registration {
  redirectUris: string[];
}

interface Grant {
  clientId: string;
  redirectUri: string;
  codeChallenge: string;
  resource: string | undefined;
  scope: string;
}

const registrationSchema = z.looseObject({ redirect_uris: z.array(z.string()).min(1) });

/** The seconds for which tokens are valid. */
const tokenLifeSeconds = 300;

export class AuthorizationServer {
  readonly issuer: string;
  /** Whether it answers nothing but 503. */
  isDown = false;
  /** Whether it states another issuer in its metadata. */
  claimsOtherIssuer = false;
  /** Claims of every token for which a client asks, such as roles of the user. */
  userClaims: Record<string, unknown> = { sub: 'ann@example.com' };
  /** The only scopes that its user grants. */
  grantable: readonly string[] = ['audiences:read', 'audiences:write'];
  /** The paths of all requests. */
  readonly requests: string[] = [];
  readonly #now: () => number;
  readonly #clients = new Map<string, Registration>();
  readonly #grants = new Map<string, Grant>();
  /** What its key set holds, newest first. */
  #keys: SigningKey[] = [];

  private constructor(issuer: string, now: () => number) {
    this.issuer = issuer;
    this.#now = now;
  }

  /** @param now milliseconds since the epoch. */
  static async create(issuer: string, now: () => number = Date.now): Promise<AuthorizationServer> {
    const server = new AuthorizationServer(issuer, now);
    await server.rotate();
    return server;
  }

  /** The key that signs. */
  get key(): SigningKey {
    const [key] = this.#keys;
    if (!key) throw new Error('it has no key');
    return key;
  }

  /** Signs with a new key from now on. @param keep whether the old ones stay in the key set. */
  async rotate({ keep = false, algorithm = 'ES256', withKid = true } = {}): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm);
    const jwk: JWK = { ...(await exportJWK(publicKey)), alg: algorithm, use: 'sig' };
    if (withKid) jwk.kid = randomUUID();
    this.#keys = [{ privateKey, jwk, algorithm }, ...(keep ? this.#keys : [])];
  }

  /** Signs an access token. Claims given as undefined are left out. */
  async token(
    claims: Readonly<Record<string, unknown>>,
    { withKid = true, key = this.key }: TokenOptions = {},
  ): Promise<string> {
    const seconds = Math.floor(this.#now() / 1000);
    const all = { iss: this.issuer, iat: seconds, exp: seconds + tokenLifeSeconds, ...claims };
    const kid = withKid ? { kid: key.jwk.kid } : {};
    return await new SignJWT(all)
      .setProtectedHeader({ alg: key.algorithm, typ: 'at+jwt', ...kid })
      .sign(key.privateKey);
  }

  /** Answers a request as it would over HTTP; for code that takes a function in place of `fetch`. */
  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    return await this.respond(new Request(url, init));
  };

  async respond(request: Request): Promise<Response> {
    const url = new URL(request.url);
    this.requests.push(url.pathname);
    if (this.isDown) return new Response('down', { status: 503 });
    const { pathname: path } = new URL(this.issuer);
    const base = path === '/' ? '' : path;
    switch (`${request.method} ${url.pathname}`) {
      case `GET /.well-known/oauth-authorization-server${base}`:
        return Response.json(this.#metadata());
      case `GET ${base}/jwks`:
        return Response.json({ keys: this.#keys.map(({ jwk }) => jwk) });
      case `POST ${base}/register`:
        return this.#register(await request.json());
      case `GET ${base}/authorize`:
        return this.#authorize(url.searchParams);
      case `POST ${base}/token`:
        return await this.#exchange(new URLSearchParams(await request.text()));
      default:
        return new Response('not found', { status: 404 });
    }
  }

  #metadata() {
    return {
      issuer: this.claimsOtherIssuer ? 'https://other.example' : this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      registration_endpoint: `${this.issuer}/register`,
      jwks_uri: `${this.issuer}/jwks`,
      scopes_supported: this.grantable,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code'],
      token_endpoint_auth_methods_supported: ['none'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  #register(body: unknown): Response {
    const { data } = registrationSchema.safeParse(body);
    if (!data) return refused('invalid_client_metadata');
    const clientId = randomUUID();
    this.#clients.set(clientId, { redirectUris: data.redirect_uris });
    const client = { ...data, client_id: clientId, token_endpoint_auth_method: 'none' };
    return Response.json(client, { status: 201 });
  }

  /** The user agrees at once, to as much as may be granted. */
  #authorize(query: URLSearchParams): Response {
    const clientId = query.get('client_id') ?? '';
    const redirectUri = query.get('redirect_uri') ?? '';
    const codeChallenge = query.get('code_challenge') ?? '';
    if (!this.#clients.get(clientId)?.redirectUris.includes(redirectUri)) {
      return refused('invalid_request');
    }
    const isPkce = codeChallenge !== '' && query.get('code_challenge_method') === 'S256';
    if (query.get('response_type') !== 'code' || !isPkce) return refused('invalid_request');
    const asked = query.get('scope')?.split(' ') ?? this.grantable;
    const scope = asked.filter((each) => this.grantable.includes(each)).join(' ');
    const resource = query.get('resource') ?? undefined;
    const code = randomUUID();
    this.#grants.set(code, { clientId, redirectUri, codeChallenge, resource, scope });
    const target = new URL(redirectUri);
    target.searchParams.set('code', code);
    const state = query.get('state');
    if (state !== null) target.searchParams.set('state', state);
    return new Response(null, { status: 302, headers: { location: target.href } });
  }

  async #exchange(form: URLSearchParams): Promise<Response> {
    const code = form.get('code') ?? '';
    const grant = this.#grants.get(code);
    this.#grants.delete(code);
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '');
    const isRight =
      form.get('grant_type') === 'authorization_code' &&
      grant?.clientId === form.get('client_id') &&
      grant?.redirectUri === form.get('redirect_uri') &&
      grant?.codeChallenge === challenge.digest('base64url');
    if (!isRight || !grant) return refused('invalid_grant');
    const { resource, scope } = grant;
    const aud = form.get('resource') ?? resource;
    return Response.json(
      {
        access_token: await this.token({ ...this.userClaims, aud, scope }),
        token_type: 'Bearer',
        expires_in: tokenLifeSeconds,
        scope,
      },
      { headers: { 'cache-control': 'no-store' } },
    );
  }
}

function refused(error: string): Response {
  return Response.json({ error }, { status: 400 });
}

/** One that listens on a port of this machine. */
export async function startAuthorizationServer(): Promise<{
  server: AuthorizationServer;
  close(): Promise<void>;
}> {
  let authorization: AuthorizationServer | undefined;
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = 'GET', url = '/' } = request;
      const body = method === 'POST' ? Buffer.concat(chunks) : undefined;
      const sent = new Request(new URL(url, authorization?.issuer), {
        method,
        headers: { 'content-type': String(request.headers['content-type']) },
        body,
      });
      void authorization?.respond(sent).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (typeof address !== 'object' || !address) throw new Error('it has no address');
  authorization = await AuthorizationServer.create(`http://127.0.0.1:${address.port}`);
  return {
    server: authorization,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
