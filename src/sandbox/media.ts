import type { IncomingHttpHeaders } from 'node:http';

/** The edition that a request asks for by its media type. */
export type Media = 'v1' | 'v1beta' | 'v1alpha';

/** What stands in `Accept` and `Content-Type` for each. */
export const mediaTypes: Readonly<Record<Media, string>> = {
  v1: 'application/vnd.segment.v1+json',
  v1beta: 'application/vnd.segment.v1beta+json',
  v1alpha: 'application/vnd.segment.v1alpha+json',
};

/** What asks for no edition in particular. */
export const plainJson = 'application/json';

/** How a request is to be read and answered. */
export interface Negotiated {
  media: Media;
  contentType: string;
  /** What was read leniently. */
  note?: string;
}

interface Asked {
  /** The editions of the operation, the most stable first. */
  media: readonly Media[];
  /** Whether `application/json` gets the most stable of them; else only media types are understood. */
  takesPlainJson: boolean;
  headers: IncomingHttpHeaders;
  hasBody: boolean;
}

/**
 * Finds the edition that a request means: `Accept` says how to answer, and the `Content-Type` of a
 * body how to read it (the published SDKs always send the same in both).
 *
 * @returns that, or what is wrong, in plain words.
 */
export function negotiate(asked: Asked): Negotiated | { problem: string } {
  const accepted = readAccept(asked);
  if ('problem' in accepted || !asked.hasBody) return accepted;
  const body = readContentType(asked, accepted.media);
  return typeof body === 'string' ? { ...accepted, media: body } : body;
}

function readAccept({ media, takesPlainJson, headers }: Asked): Negotiated | { problem: string } {
  const [stable = 'v1'] = media;
  const types = typesIn(headers.accept);
  const isPlain = (type: string) => takesPlainJson && (type === plainJson || type === '*/*');
  const first = types.find((type) => isPlain(type) || editionOf(type, media)) ?? types[0];
  const named = first && editionOf(first, media);
  if (named) return { media: named, contentType: first };
  if (!takesPlainJson) {
    const problem = `The sandbox speaks only ${media.join(', ')}: send Accept: ${mediaTypes[stable]}`;
    return { problem };
  }
  // What Segment answers to an edition that an endpoint lacks is not stated; any refusal here would
  // be a guess, so it gets the most stable one there is.
  const strange = types.find((type) => !isPlain(type) && !editionOf(type, media));
  const note = strange && `There is no ${strange} here: answered as ${stable}`;
  return { media: stable, contentType: plainJson, note };
}

/** The edition that a body is written in. */
function readContentType(
  { media, takesPlainJson, headers }: Asked,
  accepted: Media,
): Media | { problem: string } {
  const [type] = typesIn(headers['content-type']);
  const named = type && editionOf(type, media);
  if (named) return named;
  // On endpoints that exist in alpha only, live, a body sent as `application/json` is refused; with
  // which status is not known, nor for any other type.
  const isAlphaOnly = media.every((each) => each === 'v1alpha');
  if (takesPlainJson && type === plainJson && !isAlphaOnly) return accepted;
  const expected = mediaTypes[accepted];
  return { problem: `The sandbox reads no ${type} here: send Content-Type: ${expected}` };
}

function editionOf(type: string, media: readonly Media[]): Media | undefined {
  return media.find((each) => mediaTypes[each] === type);
}

/** The types of a header, without their parameters. */
function typesIn(header = ''): string[] {
  return header
    .split(',')
    .map((part) => (part.split(';')[0] ?? '').trim().toLowerCase())
    .filter((type) => type !== '');
}
