import type { Problem } from './answers.ts';

/*
 * The bodies of create and update, by the models of Segment's reference. Every bad field gets an
 * entry of its own.
 */

export interface Definition {
  query: string;
  type: string;
}

export interface Options {
  includeHistoricalData?: boolean;
  includeAnonymousUsers?: boolean;
}

/** A body that has passed; what was left out is undefined. */
export interface AudienceInput {
  name?: string;
  description?: string;
  enabled?: boolean;
  definition?: Definition;
  options?: Options;
}

export type Validated = { input: AudienceInput } | { problems: Problem[] };

/** `CreateAudienceAlphaInput`: name and definition are required. */
export function validateCreate(body: unknown): Validated {
  return validate(body, ['name', 'definition'], ['description', 'enabled', 'options']);
}

/** `UpdateAudienceForSpaceInput`: all is optional, but something must be there. */
export function validateUpdate(body: unknown): Validated {
  const result = validate(body, [], ['name', 'description', 'enabled', 'definition']);
  const empty =
    'input' in result && Object.values(result.input).every((value) => value === undefined);
  return empty ? { problems: [problem('', 'the body must have at least one field')] } : result;
}

function validate(body: unknown, required: string[], optional: string[]): Validated {
  if (!isObject(body)) return { problems: [problem('', 'the body must be a JSON object')] };
  const problems: Problem[] = [];
  const fields = new Fields(body, '', problems);
  fields.expect(required, optional);
  const input: AudienceInput = {
    name: fields.text('name', { shortest: 1, longest: 255 }),
    description: fields.text('description'),
    enabled: fields.flag('enabled'),
    definition: definition(fields.object('definition')),
    options: options(fields.object('options')),
  };
  return problems.length > 0 ? { problems } : { input };
}

function definition(fields: Fields | undefined): Definition | undefined {
  if (!fields) return undefined;
  fields.expect(['query', 'type'], []);
  const query = fields.text('query', { shortest: 1 }) ?? '';
  const type = fields.text('type')?.toLowerCase();
  if (type !== undefined && type !== 'users' && type !== 'accounts') {
    fields.report('type', 'must be one of [users, accounts]');
  }
  return { query, type: type ?? '' };
}

function options(fields: Fields | undefined): Options | undefined {
  if (!fields) return undefined;
  fields.expect([], ['includeHistoricalData', 'includeAnonymousUsers']);
  return {
    includeHistoricalData: fields.flag('includeHistoricalData'),
    includeAnonymousUsers: fields.flag('includeAnonymousUsers'),
  };
}

/** Reads the fields of one object and gathers what is wrong with them. */
class Fields {
  readonly #object: Record<string, unknown>;
  readonly #prefix: string;
  readonly #problems: Problem[];

  constructor(object: Record<string, unknown>, prefix: string, problems: Problem[]) {
    this.#object = object;
    this.#prefix = prefix;
    this.#problems = problems;
  }

  report(name: string, what: string): void {
    const field = this.#prefix + name;
    this.#problems.push(problem(field, `"${field}" ${what}`));
  }

  expect(required: string[], optional: string[]): void {
    for (const name of required) {
      if (this.#object[name] === undefined) this.report(name, 'is required');
    }
    for (const name of Object.keys(this.#object)) {
      if (![...required, ...optional].includes(name)) this.report(name, 'is not allowed');
    }
  }

  text(name: string, { shortest = 0, longest = Number.POSITIVE_INFINITY } = {}) {
    const value = this.#object[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string') {
      this.report(name, 'must be a string');
      return undefined;
    }
    if (value.length < shortest) this.report(name, 'is not allowed to be empty');
    if (value.length > longest) this.report(name, `must have at most ${longest} characters`);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.#object[name];
    if (value === undefined || typeof value === 'boolean') return value;
    this.report(name, 'must be a boolean');
    return undefined;
  }

  object(name: string): Fields | undefined {
    const value = this.#object[name];
    if (value === undefined) return undefined;
    if (isObject(value)) return new Fields(value, `${this.#prefix}${name}.`, this.#problems);
    this.report(name, 'must be an object');
    return undefined;
  }
}

function problem(field: string, message: string): Problem {
  const entry = { type: 'input-validation', message };
  return field === '' ? entry : { ...entry, field };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
