/*
 * Reads JSON, and its look-alikes in JavaScript and Python: unquoted keys, single quotes.
 */

/** A JSON value. Numbers keep their spelling. */
export type JsonValue =
  | { kind: 'object'; entries: ReadonlyMap<string, JsonValue> }
  | { kind: 'array'; items: readonly JsonValue[] }
  | { kind: 'string' | 'number'; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' };

/** How many levels of objects and arrays are read. */
const maxDepth = 50;

const space = /\s+/y;
const number = /-?\d+(?:\.\d+)?(?![\w.])/y;
const word = /[A-Za-z_$][\w$.]*/y;
/** A string with the escapes of JSON, in quotes of either kind. */
const string = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;

const constants: Readonly<Record<string, JsonValue>> = {
  true: { kind: 'boolean', value: true },
  True: { kind: 'boolean', value: true },
  false: { kind: 'boolean', value: false },
  False: { kind: 'boolean', value: false },
  null: { kind: 'null' },
  None: { kind: 'null' },
};

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  n: '\n',
  t: '\t',
};

/** The value that a string represents; undefined if any part can't be read. */
export function readJson(text: string): JsonValue | undefined {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  return value && reader.atEnd ? value : undefined;
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    this.#match(space);
    return this.#at >= this.#text.length;
  }

  value(depth: number): JsonValue | undefined {
    if (depth > maxDepth) return undefined;
    if (this.#takes('{')) return this.#object(depth);
    if (this.#takes('[')) return this.#array(depth);
    const text = this.#string();
    if (text !== undefined) return { kind: 'string', text };
    const digits = this.#match(number);
    if (digits !== '') return { kind: 'number', text: digits };
    const name = this.#match(word);
    return Object.hasOwn(constants, name) ? constants[name] : undefined;
  }

  #object(depth: number): JsonValue | undefined {
    const entries = new Map<string, JsonValue>();
    while (!this.#takes('}')) {
      const key = this.#string() ?? this.#match(word);
      if (key === '' || entries.has(key) || !this.#takes(':')) return undefined;
      const value = this.value(depth + 1);
      if (!value) return undefined;
      entries.set(key, value);
      if (!this.#takes(',') && !this.#isNext('}')) return undefined;
    }
    return { kind: 'object', entries };
  }

  #array(depth: number): JsonValue | undefined {
    const items: JsonValue[] = [];
    while (!this.#takes(']')) {
      const value = this.value(depth + 1);
      if (!value) return undefined;
      items.push(value);
      if (!this.#takes(',') && !this.#isNext(']')) return undefined;
    }
    return { kind: 'array', items };
  }

  /**
   * A string without its quotes and escapes; undefined if none is next, or an escape is unknown.
   */
  #string(): string | undefined {
    this.#match(space);
    const start = this.#at;
    const found = this.#match(string);
    if (found === '') return undefined;
    let isKnown = true;
    const text = found.slice(1, -1).replace(/\\([\s\S])/g, (_, escaped: string) => {
      isKnown &&= Object.hasOwn(escapes, escaped);
      return escapes[escaped] ?? '';
    });
    if (!isKnown) this.#at = start;
    return isKnown ? text : undefined;
  }

  #takes(sign: string): boolean {
    const isNext = this.#isNext(sign);
    if (isNext) this.#at += 1;
    return isNext;
  }

  #isNext(sign: string): boolean {
    this.#skipSpace();
    return this.#text[this.#at] === sign;
  }

  #skipSpace(): void {
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
  }

  #match(pattern: RegExp): string {
    if (pattern !== space) this.#skipSpace();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
