import type { Level } from './check-options.ts';
import { type JsonValue, readJson } from './json-value.ts';
import { lengthOf, numberIn } from './lengths-in-words.ts';
import {
  type Conjunction,
  compared,
  comparisonTemplate,
  counted,
  denied,
  joined,
  memberOf,
  propertyOf,
  type Reading,
  type ReadValue,
  traitOf,
} from './readings.ts';

/*
 * Reads conditions written as a JSON tree, in the usual shapes of such trees:
 *
 *   {"and": [tree, …]}, {"operator": "or", "conditions": [tree, …]}, {"not": tree}
 *   {"type": "event", "name": "…", "operator": "gte", "value": 1, "window": "7 days", "where": …}
 *   {"type": "trait", "name": "…", "operator": "equals", "value": "…"}
 *   {"trait": "…", …}, {"event": "…", …}, {"property": "…", …}
 *   {"query": "a definition", "type": "users"}
 *
 * Every key and value must be understood.
 */

/** The meaning of JSON text; undefined if any part of it is not understood. */
export function readJsonText(text: string, level: Level): Reading | undefined {
  const value = readJson(text);
  return value && (readEnvelope(value, level) ?? readTree(value, false));
}

/** The fields of an object, each taken once, so that unread fields are noticed. */
class Fields {
  readonly #entries: Map<string, JsonValue>;

  constructor(value: JsonValue) {
    const entries = value.kind === 'object' ? value.entries : [];
    this.#entries = new Map([...entries].map(([key, field]) => [plain(key), field] as const));
    // Two spellings of a key would hide each other.
    if (value.kind === 'object' && this.#entries.size < value.entries.size) this.#entries.clear();
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Takes the field of one of these lowercase keys, if exactly one is present. */
  take(...keys: readonly string[]): JsonValue | undefined {
    const found = keys.filter((one) => this.#entries.has(one));
    const [key] = found;
    if (key === undefined || found.length > 1) return undefined;
    const value = this.#entries.get(key);
    this.#entries.delete(key);
    return value;
  }

  takeText(...keys: readonly string[]): string | undefined {
    const value = this.take(...keys);
    return value?.kind === 'string' ? value.text : undefined;
  }
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[_-]/g, '');
}

/** A definition in the fields of Segment's API. */
function readEnvelope(value: JsonValue, level: Level): Reading | undefined {
  const outer = new Fields(value);
  const inner = outer.take('definition');
  const fields = inner?.kind === 'object' ? new Fields(inner) : outer;
  const query = inner?.kind === 'string' ? inner.text : fields.takeText('query');
  const type = fields.takeText('type') ?? outer.takeText('type', 'audiencetype');
  const fits = type === undefined || type.toLowerCase() === level;
  const isAll = fields.isEmpty && outer.isEmpty;
  return query !== undefined && query.trim() !== '' && fits && isAll
    ? { text: query.trim(), conjunction: 'one' }
    : undefined;
}

/** @param inside whether the conditions are about an event. */
function readTree(value: JsonValue, inside: boolean): Reading | undefined {
  if (value.kind === 'array') {
    // For several, nothing says whether all must be true or one is enough.
    const [only, ...others] = value.items;
    return only && others.length === 0 ? readTree(only, inside) : undefined;
  }
  if (value.kind !== 'object') return undefined;
  return (
    readJunction(new Fields(value), inside) ??
    readNot(new Fields(value), inside) ??
    (inside
      ? readValue(new Fields(value), 'property', propertyOf)
      : (readEvent(new Fields(value)) ??
        readValue(new Fields(value), 'trait', traitOf) ??
        readMember(new Fields(value))))
  );
}

const conjunctions: Readonly<Record<string, Conjunction>> = {
  and: 'AND',
  all: 'AND',
  or: 'OR',
  any: 'OR',
};

const listKeys = ['conditions', 'rules', 'children', 'clauses', 'filters', 'operands'];
const conjunctionKeys = [
  'operator',
  'op',
  'type',
  'combinator',
  'condition',
  'logic',
  'join',
  'match',
];

function readJunction(fields: Fields, inside: boolean): Reading | undefined {
  const list = fields.take(...listKeys);
  const word = list ? fields.takeText(...conjunctionKeys) : conjunctionKey(fields);
  const conjunction = conjunctions[word?.toLowerCase() ?? ''];
  const items = list ?? (word === undefined ? undefined : fields.take(word));
  if (!conjunction || items?.kind !== 'array' || items.items.length === 0 || !fields.isEmpty) {
    return undefined;
  }
  const readings = items.items.map((item) => readTree(item, inside));
  const known = readings.filter((reading) => reading !== undefined);
  return known.length === readings.length ? joined(conjunction, known) : undefined;
}

function conjunctionKey(fields: Fields): string | undefined {
  return Object.keys(conjunctions).find((key) => fields.has(key));
}

function readNot(fields: Fields, inside: boolean): Reading | undefined {
  const tree = fields.take('not');
  const reading = tree && fields.isEmpty ? readTree(tree, inside) : undefined;
  return reading && denied(reading);
}

const operatorKeys = ['operator', 'op', 'comparison', 'comparator'];

/** The name of a condition's subject, if it is of this kind. */
function takeName(fields: Fields, kind: string, kinds: readonly string[]): string | undefined {
  const type = fields.takeText('type', 'kind');
  if (type === undefined) return fields.takeText(kind);
  if (!kinds.includes(plain(type))) return undefined;
  return fields.takeText('name', 'key', 'field', kind, `${kind}name`);
}

const kindsOfValues: Readonly<Record<string, readonly string[]>> = {
  trait: ['trait', 'usertrait', 'customtrait', 'computedtrait', 'sqltrait', 'attribute'],
  property: ['property', 'eventproperty'],
};

/** A comparison of a trait or a property. */
function readValue(
  fields: Fields,
  kind: 'trait' | 'property',
  subjectOf: (name: string) => string | undefined,
): Reading | undefined {
  const name = takeName(fields, kind, kindsOfValues[kind] ?? []);
  const operator = fields.takeText(...operatorKeys);
  const value = fields.take('value', 'values');
  const values = value ? valuesIn(value) : [];
  if (name === undefined || operator === undefined || !values || !fields.isEmpty) return undefined;
  return compared(subjectOf(name), comparisonTemplate(operator), values);
}

/** The values of a comparison; undefined if the language can't express one. */
function valuesIn(value: JsonValue): ReadValue[] | undefined {
  switch (value.kind) {
    case 'string':
      return [{ text: value.text, isNumber: false }];
    case 'number':
      return [{ text: value.text, isNumber: true }];
    case 'boolean':
      return [{ text: String(value.value), isNumber: false }];
    case 'array': {
      const values = value.items.map((item) =>
        item.kind === 'array' ? undefined : valuesIn(item),
      );
      const known = values.filter((one) => one !== undefined).flat();
      return known.length === value.items.length ? known : undefined;
    }
    default:
      return undefined;
  }
}

const countOperators = /^(=|!=|>|>=|<|<=)$/;

/** An event and how often it must have happened. */
function readEvent(fields: Fields): Reading | undefined {
  const name = takeName(fields, 'event', ['event', 'track', 'performed']);
  const operator = fields.takeText(...operatorKeys);
  const number = fields.take('count', 'value', 'times');
  const window = fields.take('within', 'window', 'timewindow', 'timeframe', 'period');
  const length = window && lengthIn(window);
  const where = fields.take('where', 'filter', 'filters', 'properties', 'property');
  const condition = where && readTree(where, true);
  const isUnclear = (window && !length) || (where && !condition) || !fields.isEmpty;
  const sign = operator === undefined ? undefined : signOf(operator);
  if (name === undefined || number?.kind !== 'number' || sign === undefined || isUnclear) {
    return undefined;
  }
  return counted({
    name,
    conditions: condition ? [condition] : [],
    window: length ? [length] : [],
    times: `${sign} ${number.text}`,
  });
}

/** The operator of a comparison in words, if it compares numbers. */
function signOf(operator: string): string | undefined {
  const [, sign = ''] = comparisonTemplate(operator)?.split(' ') ?? [];
  return countOperators.test(sign) ? sign : undefined;
}

/** `"7 days"`, or `{"value": 7, "unit": "days"}`. */
function lengthIn(value: JsonValue): string | undefined {
  if (value.kind === 'string') {
    const [amount = '', unit = '', ...rest] = value.text.trim().split(' ');
    return rest.length === 0 ? lengthOf(numberIn(amount) ?? 0, unit) : undefined;
  }
  const fields = new Fields(value);
  const amount = fields.take('value', 'amount', 'count', 'length');
  const unit = fields.takeText('unit', 'units');
  const isKnown = amount?.kind === 'number' && unit !== undefined && fields.isEmpty;
  return isKnown ? lengthOf(numberIn(amount.text) ?? 0, unit) : undefined;
}

function readMember(fields: Fields): Reading | undefined {
  const key = takeName(fields, 'audience', ['audience']);
  return key !== undefined && fields.isEmpty ? memberOf(key) : undefined;
}
