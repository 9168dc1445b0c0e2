import type { RequestHeaders } from './faults.ts';

/** The edition that a request names by its media type. */
export type Media = 'v1' | 'v1beta' | 'v1alpha';

/** The media type of each in `Accept` and `Content-Type`. */
export const mediaTypes: Readonly<Record<Media, string>> = {
  v1: 'application/vnd.segment.v1+json',
  v1beta: 'application/vnd.segment.v1beta+json',
  v1alpha: 'application/vnd.segment.v1alpha+json',
};

/** Media types that name no particular edition. */
export const plainJson = 'application/json';

/** How to read and answer a request. */
export interface Negotiated {
  media: Media;
  contentType: string;
  /** What was read leniently. */
  note?: string;
}

interface Asked {
  /** The editions of the operation, the most stable first. */
  media: readonly Media[];
  /**
   * Whether `application/json` gets the most stable of them; otherwise only media types are
   * understood.
   */
  takesPlainJson: boolean;
  headers: RequestHeaders;
  hasBody: boolean;
}

/**
 * Finds the edition that a request means: `Accept` decides the response, and the `Content-Type` of
 * a body how to read it (the published SDKs always send the same in both).
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
  // What Segment returns for an edition that an endpoint lacks is not stated; any refusal here
  // would be a guess, so it gets the most stable one.
  const strange = types.find((type) => !isPlain(type) && !editionOf(type, media));
  const note = strange && `${strange} is not available here: answered as ${stable}`;
  return { media: stable, contentType: plainJson, note };
}

/** The edition in which a body is written. */
function readContentType(
  { media, takesPlainJson, headers }: Asked,
  accepted: Media,
): Media | { problem: string } {
  const [type] = typesIn(headers['content-type']);
  const named = type && editionOf(type, media);
  if (named) return named;
  // On live endpoints that exist in alpha only, a body sent as `application/json` is rejected; the
  // status is unknown, and so is the response to any other type.
  const isAlphaOnly = media.every((each) => each === 'v1alpha');
  if (takesPlainJson && type === plainJson && !isAlphaOnly) return accepted;
  const expected = mediaTypes[accepted];
  return { problem: `The sandbox does not read ${type} here: send Content-Type: ${expected}` };
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
