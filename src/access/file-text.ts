import type * as z from 'zod';

/*
 * Files of access control: JSON with a closed schema. What is wrong with one is a sentence with its
 * place; values are never repeated, since they may be secrets.
 */

/** Why a file can't be used. */
export class BrokenFile extends Error {
  /** A sentence each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join(' '));
    this.name = 'BrokenFile';
    this.problems = problems;
  }
}

/** More than this would help nobody. */
const maxProblems = 10;

/** Parses JSON by a schema. @throws {BrokenFile} with everything that is wrong. */
export function parseJson<Value>(text: string, schema: z.ZodType<Value>): Value {
  const { data, error } = schema.safeParse(jsonOf(text), { error: messageFor });
  if (error === undefined) return data;
  const problems = error.issues.map(({ path, message }) => `${placeOf(path)} ${message}.`);
  const others = problems.length - maxProblems;
  throw new BrokenFile([
    ...problems.slice(0, maxProblems),
    ...(others > 0
      ? [others === 1 ? 'There is 1 more problem.' : `There are ${others} more problems.`]
      : []),
  ]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message quotes the text.
    const [, position] = /position (\d+)/.exec(String(error)) ?? [];
    const before = position === undefined ? undefined : text.slice(0, Number(position));
    const line = before === undefined ? '' : ` (line ${before.split('\n').length})`;
    throw new BrokenFile([`It is not valid JSON${line}.`]);
  }
}

/** Words that follow a place; only for issues without a message of their own. */
function messageFor(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${nounFor(issue.expected)}`;
    case 'unrecognized_keys':
      return `has an unknown field${issue.keys.every(isPlain) ? ` (${issue.keys.join(', ')})` : ''}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return 'is not valid';
  }
}

function nounFor(type: string): string {
  const nouns: Readonly<Record<string, string>> = {
    array: 'a list',
    boolean: 'true or false',
    int: 'a whole number',
    number: 'a number',
    object: 'an object',
    record: 'an object',
    string: 'a string',
  };
  return nouns[type] ?? `of type ${type}`;
}

/** Whether a name can't be a secret in the wrong place. */
function isPlain(name: string): boolean {
  return /^[A-Za-z][A-Za-z_-]{0,31}$/.test(name);
}

/** Whether a field or an entry may be called by its name: tokens and keys begin like this. */
function isName(name: string): boolean {
  return /^[A-Za-z][\w-]{0,31}$/.test(name) && !/^sg[pm]_/.test(name);
}

function placeOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return isName(String(part)) ? `.${String(part)}` : '.…';
  });
  return parts.length === 0 ? 'The file' : parts.join('').replace(/^\./, '');
}
