import type { Problem } from './answers.ts';

/*
 * Reads closed objects: unknown keys, wrong types and missing fields are all reported at once, one
 * entry for each, in the words of the validator Joi, which Segment's own 422 messages use.
 */

/** Reads what an object should contain from its fields; every field that it reads is allowed. */
export type Reader<Value> = (fields: Fields) => Value;

/** Reads one object of a request. @returns its value, or everything wrong with it. */
export function read<Value>(
  object: unknown,
  reader: Reader<Value>,
): { value: Value } | { problems: Problem[] } {
  const problems: Problem[] = [];
  if (!isObject(object)) return { problems: [problem('the body must be a JSON object')] };
  const fields = new Fields(object, '', problems);
  const value = reader(fields);
  fields.refuseOthers();
  return problems.length > 0 ? { problems } : { value };
}

/** The fields of one object. */
export class Fields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #prefix: string;
  readonly #problems: Problem[];
  readonly #known = new Set<string>();

  constructor(object: Readonly<Record<string, unknown>>, prefix: string, problems: Problem[]) {
    this.#object = object;
    this.#prefix = prefix;
    this.#problems = problems;
  }

  /** The field with this name; asking for it allows it. It may be missing. */
  at(name: string): Field {
    this.#known.add(name);
    const value = Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
    return new Field(value, this.#prefix + name, this.#problems);
  }

  /** Reports an object without any fields. */
  refuseEmpty(): void {
    if (Object.keys(this.#object).length > 0) return;
    this.#problems.push(problem('the body must have at least one field'));
  }

  /** Reports all fields that nobody has read. */
  refuseOthers(): void {
    for (const name of Object.keys(this.#object)) {
      if (!this.#known.has(name)) this.at(name).refuse('is not allowed');
    }
  }
}

/**
 * One field. Its methods return its value, or undefined if it is missing or of another type; only
 * the latter is reported, unless the field is required.
 */
export class Field {
  readonly #value: unknown;
  readonly #path: string;
  readonly #problems: Problem[];

  constructor(value: unknown, path: string, problems: Problem[]) {
    this.#value = value;
    this.#path = path;
    this.#problems = problems;
  }

  get isGiven(): boolean {
    return this.#value !== undefined;
  }

  /** Reports a problem. @param what follows the field's name, such as `is not allowed`. */
  refuse(what: string): void {
    this.#problems.push({ ...problem(`"${this.#path}" ${what}`), field: this.#path });
  }

  required(): this {
    if (!this.isGiven) this.refuse('is required');
    return this;
  }

  /** @param mayBeEmpty false by default, because Joi rejects empty strings. */
  text({ mayBeEmpty = false } = {}): string | undefined {
    const value = this.#value;
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return this.#wrong('must be a string');
    return value === '' && !mayBeEmpty ? this.#wrong('is not allowed to be empty') : value;
  }

  textOrNull(): string | null | undefined {
    return this.#value === null ? null : this.text();
  }

  flag(): boolean | undefined {
    const value = this.#value;
    if (value === undefined || typeof value === 'boolean') return value;
    return this.#wrong('must be a boolean');
  }

  /** A flag in a query string. */
  flagText(): boolean | undefined {
    const value = this.#value;
    if (value === undefined) return undefined;
    return value === 'true' || value === 'false'
      ? value === 'true'
      : this.#wrong('must be a boolean');
  }

  /** A whole number in a query string, both bounds included. */
  integerText({ min, max }: { min: number; max: number }): number | undefined {
    const value = this.#value;
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.trim() === '' || Number.isNaN(Number(value))) {
      return this.#wrong('must be a number');
    }
    if (!/^-?\d+$/.test(value)) return this.#wrong('must be an integer');
    const number = Number(value);
    if (number < min) return this.#wrong(`must be greater than or equal to ${min}`);
    return number > max ? this.#wrong(`must be less than or equal to ${max}`) : number;
  }

  /** A non-empty array of whole numbers, both bounds included. */
  integers({ min, max }: { min: number; max: number }): number[] | undefined {
    const value = this.#value;
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.#wrong('must be an array');
    if (value.length === 0) return this.#wrong('must contain at least 1 items');
    return value.flatMap((item: unknown, index) => {
      const field = new Field(item ?? null, `${this.#path}.${index}`, this.#problems);
      return field.#integer(min, max) ?? [];
    });
  }

  #integer(min: number, max: number): number | undefined {
    const value = this.#value;
    if (typeof value !== 'number') return this.#wrong('must be a number');
    if (!Number.isInteger(value)) return this.#wrong('must be an integer');
    if (value < min) return this.#wrong(`must be greater than or equal to ${min}`);
    return value > max ? this.#wrong(`must be less than or equal to ${max}`) : value;
  }

  /** A whole number from 1 upwards. */
  positiveInteger(): number | undefined {
    const value = this.#value;
    if (value === undefined) return undefined;
    if (typeof value !== 'number') return this.#wrong('must be a number');
    if (!Number.isInteger(value)) return this.#wrong('must be an integer');
    return value > 0 ? value : this.#wrong('must be a positive number');
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice | undefined {
    if (this.#value === undefined) return undefined;
    const found = choices.find((choice) => choice === this.#value);
    const list = `[${choices.join(', ')}]`;
    return found ?? this.#wrong(choices.length > 1 ? `must be one of ${list}` : `must be ${list}`);
  }

  /** An array of strings. */
  texts(): string[] | undefined {
    const value = this.#value;
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.#wrong('must be an array');
    return value.flatMap((item: unknown, index) => {
      const field = new Field(item ?? null, `${this.#path}.${index}`, this.#problems);
      return field.text() ?? [];
    });
  }

  object<Value>(reader: Reader<Value>): Value | undefined {
    const value = this.#value;
    if (value === undefined) return undefined;
    if (!isObject(value)) return this.#wrong('must be an object');
    const fields = new Fields(value, `${this.#path}.`, this.#problems);
    const result = reader(fields);
    fields.refuseOthers();
    return result;
  }

  #wrong(what: string): undefined {
    this.refuse(what);
  }
}

function problem(message: string): Problem {
  return { type: 'input-validation', message };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
