import { type IncomingHttpHeaders, request } from 'node:http';
import * as z from 'zod';

const bodySchema = z.looseObject({ data: z.unknown().optional(), errors: z.unknown().optional() });

/** What came back, the body both as text and, where it is JSON, parsed. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  body: z.infer<typeof bodySchema>;
}

/** The headers of a request that Segment would accept, for one edition. */
export function headersOf(edition: 'v1' | 'v1beta' | 'v1alpha') {
  const mediaType = `application/vnd.segment.${edition}+json`;
  return {
    authorization: 'Bearer token-of-the-test',
    accept: `${mediaType}, application/json`,
    'content-type': mediaType,
  };
}

/** Those of the seed's edition. */
export const properHeaders = headersOf('v1alpha');

/**
 * One request with `path` put on the wire as it is, without the normalisation of URL parsers.
 *
 * @throws the error of the network when the connection breaks.
 */
export function rawRequest(
  base: string,
  method: string,
  path: string,
  { body, headers = properHeaders }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode: status = 0, headers: answered } = answer;
        resolve({ status, headers: answered, text, body: parse(text) });
      });
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}

function parse(text: string): z.infer<typeof bodySchema> {
  try {
    return bodySchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
