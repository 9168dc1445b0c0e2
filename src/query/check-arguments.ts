import type {
  Argument,
  Call,
  Cast,
  Chain,
  Duration,
  Expression,
  Literal,
  Named,
  Span,
} from './ast.ts';
import {
  type ChainType,
  type LanguageFunction,
  type Parameter,
  type ParameterKind,
  signature,
  unitMs,
} from './catalog.ts';
import { checkChain, checkCondition, type Scope } from './check-definition.ts';
import type { Findings } from './diagnostic.ts';
import { quote } from './strings.ts';
import { suggest } from './suggest.ts';
import { isTimeText, readTime, settledTime } from './times.ts';
import { isNumeric, lengthMs, unitOf } from './values.ts';

/** Checks the number and kinds of a call's arguments. */
export function checkArguments(
  call: Call,
  entry: LanguageFunction,
  scope: Scope,
  findings: Findings,
): void {
  const { parameters } = entry;
  const least = parameters.filter(({ optional }) => !optional).length;
  const most = parameters.some(({ rest }) => rest) ? Number.POSITIVE_INFINITY : parameters.length;
  if (call.args.length < least || call.args.length > most) {
    const needed = most === 0 ? 'none' : signature(entry);
    const given = call.args.length;
    const message = `${call.name} has ${given} argument${given === 1 ? '' : 's'}; it takes ${needed}.`;
    const surplus = call.args[most];
    const text = entry.name === 'where' ? ' AND ' : '';
    findings.error('argument-count', surplus ?? call, message, {
      help: text && surplus ? 'Did you mean AND?' : `As in ${entry.example}.`,
      fix: surplus && { ...surplusSpan(call, most, text !== ''), text },
    });
  }
  for (const [index, argument] of call.args.slice(0, most).entries()) {
    const parameter = parameters[Math.min(index, parameters.length - 1)];
    if (parameter) checkArgument(argument, parameter, { call, entry, scope, findings });
  }
}

/** From the last argument that fits to the end of the last one, or only to the next. */
function surplusSpan(call: Call, fitting: number, joins: boolean) {
  const first = call.args[fitting];
  const last = call.args.at(-1);
  const start = call.args[fitting - 1]?.end ?? first?.start ?? call.end;
  return { start, end: (joins ? first?.start : last?.end) ?? call.end };
}

/** What an argument is checked in the light of. */
interface Around {
  call: Call;
  entry: LanguageFunction;
  scope: Scope;
  findings: Findings;
}

function checkArgument(given: Argument, parameter: Parameter, around: Around): void {
  const argument = given.kind === 'named' ? unwrapNamed(given, parameter, around) : given;
  if (!argument || argument.kind === 'missing') return;
  const fits = checkers[parameter.kind](argument, parameter, around);
  if (!fits) wrong(argument, parameter, around);
}

/** Whether an argument is of the right kind; what else is wrong with it is reported. */
type Checker = (argument: Argument, parameter: Parameter, around: Around) => boolean;

const checkers: Record<ParameterKind, Checker> = {
  name(argument, { label }, { findings }) {
    if (isString(argument) && argument.text.trim() === '') {
      findings.warn('empty-name', argument, `The ${label} is empty.`, {
        help: `Write the ${label} between the quotes.`,
      });
    }
    return isString(argument);
  },
  text: (argument) => isString(argument),
  number: (argument) =>
    argument.kind === 'literal' && (argument.type === 'number' || isNumeric(argument.text)),
  exclusion: (argument) => argument.kind === 'exclusion',
  value(argument, _, { findings }) {
    if (argument.kind === 'literal') checkLiteral(argument, findings);
    return argument.kind === 'literal';
  },
  timestamp(argument, _, { findings }) {
    if (argument.kind !== 'literal') return false;
    // A number may be a date without its separators.
    if (argument.type === 'number' && !isTimeText(argument.text)) return false;
    checkTime(argument, findings);
    return true;
  },
  duration(argument, parameter, { findings }) {
    if (argument.kind !== 'duration') return false;
    checkUnit(argument, parameter, findings);
    return true;
  },
  scalar(argument, _, { scope, findings }) {
    if (argument.kind === 'literal') checkLiteral(argument, findings);
    if (argument.kind === 'chain') checkScalar(argument, scope, findings);
    return argument.kind === 'literal' || argument.kind === 'chain';
  },
  property(argument, parameter, { call, scope, findings }) {
    if (argument.kind === 'cast') checkCast(argument, parameter, call, findings);
    const operand = argument.kind === 'cast' ? argument.operand : argument;
    if (operand.kind !== 'chain') return operand.kind === 'missing';
    const type = checkChain(operand, into(scope), findings);
    const reads = ['property', 'context'].includes(operand.calls[0]?.name ?? '');
    return type === undefined || (type === 'ScalarExtractor' && reads);
  },
  definition(argument, _, { scope, findings }) {
    if (!isExpression(argument)) return false;
    checkCondition(argument, into(scope), findings);
    return true;
  },
};

/** Into the `where` or a reducer of a stream. */
function into({ options, around, stream = 'event' }: Scope): Scope {
  return { options, around: [...around, stream] };
}

/** `parent: …` gives what it names, where it may stand. */
function unwrapNamed(named: Named, parameter: Parameter, around: Around): Argument | undefined {
  const { call, scope, findings } = around;
  const nameSpan = { start: named.start, end: named.start + named.name.length };
  const prefix = { start: named.start, end: named.value.start };
  if (named.name !== 'parent' || !parameter.parent) {
    const known = parameter.parent ? ['parent'] : parameter.kind === 'exclusion' ? ['exclude'] : [];
    const meant = suggest(named.name, known);
    const message = `${call.name} takes no argument named ${named.name}.`;
    if (parameter.kind === 'exclusion') {
      const ids = isString(named.value) ? quote(named.value.text) : undefined;
      findings.error('unknown-argument', nameSpan, message, {
        help: "Write sources({exclude: 'id', 'id'}).",
        fix: ids ? { start: named.start, end: named.end, text: `{exclude: ${ids}}` } : undefined,
      });
      return undefined;
    }
    findings.error('unknown-argument', nameSpan, message, {
      help: meant ? `Did you mean ${meant}?` : `Leave out "${named.name}:".`,
      fix: meant ? { ...nameSpan, text: meant } : { ...prefix, text: '' },
    });
    return meant ? named.value : undefined;
  }
  checkParent(call, scope, nameSpan, prefix, findings);
  return named.value;
}

/** The reference knows `parent:` only for an event inside the `where` of another event. */
function checkParent(call: Call, scope: Scope, span: Span, prefix: Span, findings: Findings): void {
  const { around, stream } = scope;
  const outer = around.at(-2);
  const [isSettled, isPossible] =
    call.name === 'property'
      ? [
          !stream && outer === 'event' && around.at(-1) === 'event',
          around.length >= (stream ? 1 : 2),
        ]
      : [stream === 'event' && around.at(-1) === 'event', around.includes('event')];
  if (isSettled) return;
  if (isPossible) {
    const message = 'The reference does not say what parent: means in this place.';
    findings.warn('unsettled-parent', span, message, {
      help: 'Here it is taken for the event or entity around; use it in the where of an event inside that of another.',
    });
    return;
  }
  findings.error('outside-funnel', span, 'parent: needs an event around this one.', {
    help: 'It is for an event inside the where of another event; leave it out here.',
    fix: { ...prefix, text: '' },
  });
}

function checkScalar(chain: Chain, scope: Scope, findings: Findings): void {
  const type = checkChain(chain, scope, findings);
  const scalars: ChainType[] = ['Scalar', 'ScalarExtractor', 'Literal'];
  if (type === undefined || scalars.includes(type)) return;
  findings.error('not-a-value', chain, 'What is compared with must be a single value.', {
    help:
      type === 'Comparator'
        ? 'Write two conditions joined by AND.'
        : 'End it with a reducer, such as .count().',
  });
}

function checkCast(cast: Cast, { casts = [] }: Parameter, call: Call, findings: Findings): void {
  if (casts.includes(cast.type)) return;
  const meant = suggest(cast.type, casts);
  const allowed = casts.length > 0 ? `as ${casts.join(' or ')}` : 'no as';
  findings.error('wrong-type', cast.typeSpan, `${call.name} takes ${allowed}.`, {
    help: meant ? `Did you mean ${meant}?` : 'Leave out "as" and the type.',
    fix: meant
      ? { ...cast.typeSpan, text: meant }
      : { start: cast.operand.end, end: cast.end, text: '' },
  });
}

function checkLiteral(literal: Literal, findings: Findings): void {
  if (literal.type === 'date' || literal.type === 'timestamp') checkTime(literal, findings);
}

function checkTime(literal: Literal, findings: Findings): void {
  const reading = readTime(literal.text);
  if (reading?.isSettled) return;
  const said = quote(literal.text);
  if (!reading) {
    findings.error('bad-time', literal, `${said} is not a date or an ISO 8601 timestamp.`, {
      help: "Write yyyy-mm-dd or yyyy-mm-ddThh:mm:ssZ, such as '2026-01-31T00:00:00Z'.",
    });
    return;
  }
  const plain = settledTime(literal.text);
  const text = plain && (literal.type === 'string' ? quote(plain) : plain);
  const { start, end } = literal;
  findings.warn('unsettled-time', literal, `The reference has no time in the form ${said}.`, {
    help: text
      ? `Write ${text}.`
      : 'Write yyyy-mm-dd or yyyy-mm-ddThh:mm:ssZ; here it is taken for no time at all.',
    fix: text ? { start, end, text } : undefined,
  });
}

function checkUnit(duration: Duration, { units = [] }: Parameter, findings: Findings): void {
  const singular = unitOf(duration);
  if (units.some((unit) => unit === singular)) return;
  const named = units.map((unit) => `${unit}s`).join(' or ');
  if (Object.hasOwn(unitMs, singular)) {
    findings.warn('unsettled-unit', duration.unitSpan, `The reference names only ${named} here.`, {
      help: `Write it in ${named}.`,
      fix: inKnownUnit(duration),
    });
    return;
  }
  const meant = unitMeant(duration, units);
  findings.error('unknown-unit', duration.unitSpan, `There is no unit ${duration.unit}.`, {
    help: meant ? `Did you mean ${meant}?` : `Use ${named}.`,
    fix: meant ? { ...duration.unitSpan, text: meant } : undefined,
  });
}

const abbreviations: Readonly<Record<string, string>> = {
  s: 'second',
  sec: 'second',
  min: 'minute',
  h: 'hour',
  hr: 'hour',
  d: 'day',
  w: 'week',
  wk: 'week',
  mo: 'month',
  mth: 'month',
  y: 'year',
  yr: 'year',
};

/** The unit that an unknown one most likely stands for; "m" may be minutes or months. */
function unitMeant({ amount, unit }: Duration, units: readonly string[]): string | undefined {
  const short = [unit, unit.replace(/s$/, '')].find((name) => Object.hasOwn(abbreviations, name));
  const whole = short && abbreviations[short];
  if (whole) return Number(amount) === 1 ? whole : `${whole}s`;
  return suggest(unit, [...units.map((known) => `${known}s`), 'weeks', 'minutes']);
}

/** The same length in days or hours, if it is a whole number of them. */
function inKnownUnit(duration: Duration) {
  const ms = lengthMs(duration);
  for (const known of ['day', 'hour']) {
    const amount = ms / (unitMs[known] ?? Number.NaN);
    if (Number.isSafeInteger(amount) && amount > 0) {
      return { start: duration.start, end: duration.end, text: `${amount} ${known}s` };
    }
  }
  return undefined;
}

const parameterWords: Record<Parameter['kind'], string> = {
  name: "a name in quotes, such as 'Shoes Bought'",
  text: "a text in quotes, such as 'sale'",
  value: "a value, such as 'running' or 100",
  scalar: "a value or a chain, such as 100 or trait('avg_spend')",
  timestamp: "a time, such as '2026-01-31T00:00:00Z'",
  duration: 'a length of time, such as 7 days',
  number: 'a number',
  definition: "a condition, such as property('price') >= 100",
  property: "property('…')",
  exclusion: "{exclude: 'id', 'id'}",
};

function wrong(argument: Argument, parameter: Parameter, { call, entry, findings }: Around): void {
  const number = argument.kind === 'literal' && argument.type === 'number' ? argument : undefined;
  const name = argument.kind === 'literal' && argument.type === 'string' ? argument : undefined;
  let fix: { start: number; end: number; text: string } | undefined;
  if (number && (parameter.kind === 'text' || parameter.kind === 'name')) {
    fix = { start: number.start, end: number.end, text: quote(number.text) };
  } else if (number && parameter.kind === 'duration') {
    fix = { start: number.start, end: number.end, text: `${number.text} days` };
  } else if (name && parameter.kind === 'property') {
    fix = { start: name.start, end: name.end, text: `property(${quote(name.text)})` };
  } else if (name && parameter.kind === 'exclusion') {
    fix = { start: name.start, end: name.end, text: `{exclude: ${quote(name.text)}}` };
  } else if (name && parameter.kind === 'duration' && /^\d+ [a-z]+$/.test(name.text)) {
    fix = { start: name.start, end: name.end, text: name.text };
  }
  findings.error(
    'wrong-argument',
    argument,
    `${call.operator ?? call.name} takes ${parameterWords[parameter.kind]}.`,
    {
      help: fix ? `Did you mean ${fix.text}?` : helpFor(argument, entry),
      fix,
    },
  );
}

function helpFor(argument: Argument, entry: LanguageFunction): string {
  return argument.kind === 'duration'
    ? 'Compare a date with .within_last(7 days), .before_last(7 days) or .within_next(7 days).'
    : `As in ${entry.example}.`;
}

function isString(argument: Argument): argument is Literal {
  return argument.kind === 'literal' && argument.type === 'string';
}

function isExpression(argument: Argument): argument is Expression {
  return ['and', 'or', 'not', 'any', 'all', 'chain', 'missing'].includes(argument.kind);
}
