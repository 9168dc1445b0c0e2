/*
 * Imports nothing: the settings check their spaces with it before anything else is loaded.
 */

/** How many times a string may be percent-encoded; what takes more rounds is malicious. */
const maxRounds = 8;

/** Separators of path segments, what ends a path, and control characters. */
const separators = /[/\\?#\p{Cc}]/u;

/** The characters of almost every id; none of them can be mistaken for anything else. */
const plainId = /^[\w-]+$/;

/** The rest of percent-encoding that is not UTF-8, once everything else is decoded. */
const notUtf8 = /%[0-9a-f]{2}/i;

/**
 * Why an id can't be in a path, phrased to follow "must"; undefined if it can.
 *
 * Encoding alone does not keep an id in its segment: proxies decode `%2F` and `%2e%2e`, some of them
 * more than once, before they choose a path.
 */
export function problemOfId(id: string): string | undefined {
  if (plainId.test(id)) return undefined;
  const decoded = id === '' || !id.isWellFormed() ? undefined : decodedWhole(id);
  if (decoded === undefined) return 'be an id';
  if (separators.test(decoded)) {
    return 'not contain a slash, backslash, question mark, number sign or control character, percent-encoded or not';
  }
  if (notUtf8.test(decoded)) return 'not contain percent-encoding that is not UTF-8';
  return ['', ...dots].includes(essenceOf(decoded))
    ? 'be an id, not a blank or a dot segment'
    : undefined;
}

/**
 * Why a name, such as that of an event, can't be in a path, phrased to follow "must"; undefined if
 * it can. People put slashes into names; dot segments are refused.
 */
export function problemOfName(name: string): string | undefined {
  const decoded = name === '' || !name.isWellFormed() ? undefined : decodedWhole(name);
  if (decoded === undefined) return 'be a name';
  const climbs = decoded.split(/[/\\]/).some((part) => dots.includes(essenceOf(part)));
  return climbs ? 'contain no dot segment, percent-encoded or not' : undefined;
}

const dots = ['.', '..'];

/** A path segment without the blanks and path parameters (`..;x`) that some servers cut off. */
function essenceOf(segment: string): string {
  return segment.split(';', 1).join().trim();
}

/** What two ids of the same space have in common: some leave out the leading `spa_`. */
export function bareSpaceId(id: string): string {
  return id.replace(/^spa_/, '');
}

/** Whether two ids name the same space. */
export function isSameSpace(a: string, b: string): boolean {
  return bareSpaceId(a) === bareSpaceId(b);
}

/** A string without any percent-encoding left; undefined if that takes too many rounds. */
function decodedWhole(text: string): string | undefined {
  let decoded = text;
  for (let round = 0; round < maxRounds; round += 1) {
    const next = decodedOnce(decoded);
    if (next === decoded) return decoded;
    decoded = next;
  }
  return undefined;
}

/**
 * Decodes as carelessly as the most careless proxy: invalid UTF-8 byte by byte, including the
 * overlong forms of ASCII (`%C0%AF` and `%E0%80%AF` for a slash) and IIS's `%u002F`.
 */
function decodedOnce(text: string): string {
  return text
    .replace(/%u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
      try {
        return decodeURIComponent(bytes);
      } catch {
        return bytewise(bytes);
      }
    });
}

/**
 * ASCII in two to six bytes instead of one: six bits in the last, and the seventh in the one before
 * it. UTF-8 rules out such forms (RFC 3629, section 3).
 */
const overlong = /(?:%c|(?:%e0|%f0%80|%f8%80%80|%fc%80%80%80)%8)([01])%([89ab][0-9a-f])/gi;

function bytewise(bytes: string): string {
  const ascii = (code: number) => String.fromCharCode(code);
  return bytes
    .replace(overlong, (_, lead: string, trail: string) =>
      ascii(Number(lead) * 64 + (Number.parseInt(trail, 16) - 128)),
    )
    .replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => ascii(Number.parseInt(hex, 16)));
}
