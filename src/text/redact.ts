/** Keeps secrets out of everything that leaves the program. */
export interface Redactor {
  /** The text with every secret in it replaced. */
  text(text: string): string;
  /**
   * A JSON value with every secret in its strings and keys replaced; the value itself if it
   * contains none. Nesting beyond a sensible depth is left out, so that no value can overflow the
   * stack of code that walks it.
   */
  value(value: unknown): unknown;
}

/** What stands where a secret was. */
export const redactionMark = '[redacted]';

const deepest = 100;
const tooDeep = '[nested too deeply]';

/**
 * @param secrets the strings that must not appear anywhere: neither verbatim, nor with any characters
 * escaped as in URLs, HTML or JSON, nor in hexadecimal, nor in base64, nor as part of something
 * longer. Empty ones are ignored.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  const pattern = new RegExp(known.flatMap(spellings).join('|'), 'g');
  // Every spelling has at least one character for each of the secret's.
  const minChars = Math.min(...known.map((secret) => [...secret].length));
  const text = (given: string) =>
    given.length < minChars ? given : given.replace(pattern, redactionMark);
  const value = (given: unknown, depth: number): unknown => {
    if (typeof given === 'string') return text(given);
    if (typeof given !== 'object' || given === null) return given;
    if (depth > deepest) return tooDeep;
    return Array.isArray(given) ? items(given, depth + 1) : members(given, depth + 1);
  };
  // Few values contain a secret: all others need no copy.
  const items = (given: readonly unknown[], depth: number): readonly unknown[] => {
    let copy: unknown[] | undefined;
    for (const [index, item] of given.entries()) {
      const replaced = value(item, depth);
      if (replaced === item) continue;
      copy ??= [...given];
      copy[index] = replaced;
    }
    return copy ?? given;
  };
  const members = (given: object, depth: number): object => {
    let changed: Map<string, [string, unknown]> | undefined;
    for (const key of Object.keys(given)) {
      const item: unknown = Reflect.get(given, key);
      const [newKey, replaced] = [text(key), value(item, depth)];
      if (newKey === key && replaced === item) continue;
      changed ??= new Map();
      changed.set(key, [newKey, replaced]);
    }
    if (!changed) return given;
    const entries = Object.entries(given).map((entry) => changed.get(entry[0]) ?? entry);
    return Object.fromEntries(entries);
  };
  return { text, value: (given) => value(given, 0) };
}

/**
 * The spellings in which something may echo a secret, as patterns; longer ones first. Each scans a
 * text in a single pass: it repeats nothing but a few zeros, and every choice is decided within a
 * character.
 */
function spellings(secret: string): string[] {
  const characters = [...secret].map(character).join('');
  const bytes = Buffer.from(secret);
  if (bytes.length < minEncodedBytes) return [characters];
  const ownBase64 = bytes.toString('base64').replace(/={1,2}$/, '');
  const base64 = [ownBase64, ...alignments.map((offset) => base64Within(bytes, offset))];
  return [
    characters,
    anyCase(bytes.toString('hex')),
    ...base64.map((digits) => digits.replace(/[+/]/g, (digit) => base64Symbols[digit] ?? digit)),
  ];
}

/** The digits of fewer bytes would match too many harmless texts. */
const minEncodedBytes = 6;

const entities: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

/** HTML allows any number of zeros before a code; nobody writes more. */
const maxZeros = '0{0,8}';

/**
 * One character verbatim, or as URLs, HTML or JSON escape it. HTML tolerates a missing semicolon.
 */
function character(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const forms = [
    [...Buffer.from(char)].map((byte) => `%${hex(byte, 2)}`).join(''),
    `&#(?:${maxZeros}${code}|[xX]${maxZeros}${hex(code, 1)});?`,
    ...(char in entities ? [`&${entities[char]};?`] : []),
    char
      .split('')
      .map((unit) => `\\\\u${hex(unit.charCodeAt(0), 4)}`)
      .join(''),
    ...('"\\/'.includes(char) ? [`\\\\${literal(char)}`] : []),
    literal(char),
  ];
  return `(?:${forms.join('|')})`;
}

/** The offsets in a group of three bytes at which the secret may begin. */
const alignments = [0, 1, 2];

/** The base64 digits determined by the secret alone, if `offset` bytes precede it in its group. */
function base64Within(bytes: Buffer, offset: number): string {
  const digits = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const bits = 8 * (offset + bytes.length);
  return digits.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6));
}

/** The two digits that differ between base64's alphabets, and that URLs, HTML and JSON may escape. */
const base64Symbols: Readonly<Record<string, string>> = {
  '+': `(?:${character('+')}|-)`,
  '/': `(?:${character('/')}|_)`,
};

function hex(code: number, minDigits: number): string {
  return anyCase(code.toString(16).padStart(minDigits, '0'));
}

function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** A redactor that learns of further secrets while the program runs. */
export class GrowingRedactor implements Redactor {
  readonly #secrets: Set<string>;
  #redactor: Redactor;

  constructor(secrets: readonly string[]) {
    this.#secrets = new Set(secrets);
    this.#redactor = createRedactor(secrets);
  }

  /** From now on, this text is replaced, too. */
  add(secret: string): void {
    if (this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    this.#redactor = createRedactor([...this.#secrets]);
  }

  text(text: string): string {
    return this.#redactor.text(text);
  }

  value(value: unknown): unknown {
    return this.#redactor.value(value);
  }
}
