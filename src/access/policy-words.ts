import * as z from 'zod';
import { settings } from '../config/settings.ts';
import { slipIn } from '../config/slips.ts';
import { suggest } from '../query/suggest.ts';
import { type AccessPolicy, type Narrowing, tokenNameSchema } from './policy.ts';

/*
 * Policies in words: in the query of the endpoint's URL, and as flags. Neither repeats what it does
 * not understand, which may be a secret in the wrong place.
 */

/** The query of a URL asks for what can't be; whoever sent it gets the message. */
export class NarrowingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NarrowingError';
  }
}

const onOff = settings.readOnly.schema();
const callsPerMinute = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, 'must be a whole number from 1 to 99999')
  .transform(Number);

/** How a field of a policy is read from a string. */
type Reader = (text: string) => z.ZodSafeParseResult<AccessPolicy>;

function reader<Value>(
  schema: z.ZodType<Value, string>,
  toPolicy: (value: Value) => AccessPolicy,
): Reader {
  return (text) => schema.transform(toPolicy).safeParse(text);
}

const common: Readonly<Record<string, Reader>> = {
  spaces: reader(settings.allowedSpaces.schema(), (spaces) => ({ spaces })),
  tools: reader(settings.tools.schema(), (tools) => ({ tools })),
  toolsets: reader(settings.toolsets.schema(), (toolsets) => ({ toolsets })),
  confirm: reader(settings.confirm.schema(), (confirm) => ({ confirm })),
};

/** What allows more than the policy already does is not an error, and changes nothing. */
const parameters: Readonly<Record<string, Reader>> = {
  read_only: reader(onOff, (isOn) => (isOn ? { readOnly: true } : {})),
  ...common,
  samples: reader(onOff, (isOn) => (isOn ? {} : { samples: false })),
};

/** By flag of `keys add`. */
const flags: Readonly<Record<string, Reader>> = {
  'read-only': reader(onOff, (isOn) => (isOn ? { readOnly: true } : {})),
  ...common,
  'no-samples': reader(onOff, (isOn) => (isOn ? { samples: false } : {})),
  'calls-per-minute': reader(callsPerMinute, (limit) => ({ callsPerMinute: limit })),
  'use-token': reader(tokenNameSchema, (token) => ({ token })),
};

/**
 * What the query of the endpoint's URL narrows, as `?read_only=1&spaces=a,b&toolsets=find`.
 *
 * @throws {NarrowingError} for a parameter that is unknown, empty or repeated, or a value that can't
 * be; the server must refuse the request then, with HTTP 400.
 */
export function policyFromQuery(query: URLSearchParams): Narrowing {
  let policy: Narrowing = {};
  const seen = new Set<string>();
  for (const [index, [name, text]] of [...query].entries()) {
    const read = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (!read) throw new NarrowingError(unknownParameter(name, index));
    if (seen.has(name)) throw new NarrowingError(`The parameter ${name} is given more than once.`);
    seen.add(name);
    const { value, problem } = readText(read, text);
    if (problem !== undefined) throw new NarrowingError(`The parameter ${name} ${problem}.`);
    policy = { ...policy, ...value };
  }
  return policy;
}

function unknownParameter(name: string, index: number): string {
  const names = Object.keys(parameters);
  const meant = suggest(name, names);
  const hint = meant === undefined ? '' : `: did you mean ${meant}?`;
  const which = meant === undefined ? `${index + 1} of the URL` : name;
  return `Parameter ${which} is unknown; expected one of ${names.join(', ')}${hint || '.'}`;
}

/**
 * The policy that flags of a command line ask for.
 *
 * @param given by flag; true for a flag without a value.
 */
export function policyFromFlags(given: Readonly<Record<string, string | boolean | undefined>>): {
  policy: AccessPolicy;
  problems: string[];
} {
  const problems: string[] = [];
  let policy: AccessPolicy = {};
  for (const [flag, read] of Object.entries(flags)) {
    const text = given[flag];
    if (text === undefined) continue;
    const isSwitch = flag === 'read-only' || flag === 'no-samples';
    const { value, problem } = readText(read, text === true && isSwitch ? '1' : text);
    if (problem !== undefined) problems.push(`--${flag} ${problem}.`);
    policy = { ...policy, ...value };
  }
  return { policy, problems };
}

function readText(
  read: Reader,
  given: string | boolean,
): { value?: AccessPolicy; problem?: string } {
  const text = typeof given === 'string' ? given.trim() : '';
  if (text === '') return { problem: 'is empty: leave it out to restrict nothing' };
  const slip = slipIn(text);
  if (slip) return { problem: slip.what };
  const { data, error } = read(text);
  return data
    ? { value: data }
    : { problem: error?.issues.map(({ message }) => message).join(', ') };
}
