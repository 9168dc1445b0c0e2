import { AccessError } from './authenticator.ts';

/** How credentials are sent, for messages. */
const form = 'send the header "Authorization: Bearer …"';

/**
 * What a request sends as `Authorization: Bearer`.
 *
 * @throws {AccessError} `no_credentials` or `malformed`.
 */
export function bearerIn(authorization: string | undefined): string {
  const header = authorization?.trim() ?? '';
  if (header === '') {
    throw new AccessError('no_credentials', 401, `This server needs credentials: ${form}.`);
  }
  const [scheme = '', credential = '', ...rest] = header.split(/ +/);
  if (scheme.toLowerCase() !== 'bearer' || credential === '' || rest.length > 0) {
    throw new AccessError('malformed', 401, `The header Authorization is not understood: ${form}.`);
  }
  return credential;
}
