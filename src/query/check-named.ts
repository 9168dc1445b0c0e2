import type { Argument, FunctionCall, Named, Span } from './ast.ts';
import { extractorOfBareWord } from './catalog.ts';
import type { Findings } from './diagnostic.ts';
import { unitNamed } from './durations.ts';
import { formatArgument } from './format.ts';
import type { LanguageFunction, Parameter } from './language-function.ts';
import type { Scope } from './scope.ts';
import { quote } from './strings.ts';
import { suggest } from './suggest.ts';
import { numberOf } from './values.ts';

/*
 * Checks named arguments. The language has one: `parent: …`.
 */

/** The context in which an argument is checked. */
export interface ArgumentContext {
  call: FunctionCall;
  entry: LanguageFunction;
  scope: Scope;
  findings: Findings;
}

/**
 * Checks the name of an argument, and whether `parent:` is allowed there.
 *
 * @returns the value; undefined if the name leaves the intention open.
 */
export function checkNamed(
  named: Named,
  parameter: Parameter,
  context: ArgumentContext,
): Argument | undefined {
  const nameSpan = { start: named.start, end: named.start + named.name.length };
  if (named.name !== 'parent' && named.name.toLowerCase() === 'parent' && parameter.parent) {
    const help = 'Did you mean parent?';
    const message = `${context.call.name} takes no argument named ${named.name}.`;
    context.findings.error('unknown-argument', nameSpan, message, {
      help,
      fix: { ...nameSpan, text: 'parent' },
    });
    return named.value;
  }
  if (named.name !== 'parent' || !parameter.parent) {
    return unknownName(named, parameter, nameSpan, context);
  }
  checkParent(nameSpan, parameter, context);
  return named.value;
}

/**
 * Words that may refer to the outer event or to a direction from it: dropping them would lose the
 * funnel.
 */
const wordsForParent: ReadonlySet<string> = new Set(
  'outer after before since from of around relative_to event'.split(' '),
);

function unknownName(
  named: Named,
  parameter: Parameter,
  nameSpan: Span,
  { call, findings }: ArgumentContext,
): Argument | undefined {
  const { start, end, name, value } = named;
  const message = `${call.name} takes no argument named ${name}.`;
  if (parameter.kind === 'exclusion') {
    const isString = value.kind === 'literal' && value.type === 'string';
    findings.error('unknown-argument', nameSpan, message, {
      help: "Write sources({exclude: 'id', 'id'}).",
      fix: isString ? { start, end, text: `{exclude: ${quote(value.text)}}` } : undefined,
    });
    return undefined;
  }
  if (parameter.kind === 'definition' && value.kind === 'literal') {
    const text = `${extractorOfBareWord.inside}(${quote(name)}) = ${formatArgument(value)}`;
    const help = `Did you mean ${text}?`;
    findings.error('unknown-argument', nameSpan, message, { help, fix: { start, end, text } });
    return undefined;
  }
  const amount = parameter.kind === 'duration' && unitNamed(name) ? numberText(value) : undefined;
  if (amount !== undefined) {
    const text = `${amount} ${name}`;
    const help = `Did you mean ${text}?`;
    findings.error('unknown-argument', nameSpan, message, { help, fix: { start, end, text } });
    return undefined;
  }
  if (parameter.parent && wordsForParent.has(name.toLowerCase())) {
    findings.error('unknown-argument', nameSpan, message, {
      help: 'Use parent: for the outer event; the window opens at that event and looks ahead.',
    });
    return undefined;
  }
  const meant = suggest(name, parameter.parent ? ['parent'] : []);
  findings.error('unknown-argument', nameSpan, message, {
    help: meant ? `Did you mean ${meant}?` : `Remove "${name}:".`,
    fix: meant ? { ...nameSpan, text: meant } : { start, end: value.start, text: '' },
  });
  return meant ? value : undefined;
}

/** The reference shows `parent:` only for an event inside the `where` of another event. */
function checkParent(
  span: Span,
  { parent }: Parameter,
  { entry, scope, findings }: ArgumentContext,
): void {
  const isWindow = entry.kind === 'filter';
  const { isSettled, isPossible } = isWindow ? ofWindow(scope) : ofValue(scope);
  if (isSettled) {
    if (isWindow) windowOfParent(span, parent, findings);
    return;
  }
  if (isPossible) {
    const message = "Segment's reference doesn't say what parent: means here.";
    findings.warn('unsettled-parent', span, message, {
      help: 'This checker reads it as the outer event or entity. The reference shows it for an event inside the where of another event.',
    });
    return;
  }
  findings.error('outside-funnel', span, 'parent: needs an outer event.', {
    help: 'Use it for an event inside the where of another event; remove it here.',
  });
}

/**
 * Reports which way a window of the outer event looks, and whether the reference shows such a
 * window.
 */
function windowOfParent(span: Span, parent: Parameter['parent'], findings: Findings): void {
  if (parent === 'unsettled') {
    const message = "Segment's reference mentions parent: here, but never shows it.";
    findings.warn('unsettled-parent', span, message, {
      help: 'This checker reads it as the time after the outer event. The reference shows within(parent: 5 days).',
    });
    return;
  }
  findings.hint('parent-direction', span, 'This window covers the time after the outer event.', {
    help: "So does the example in Segment's reference, which doesn't say whether a window can also cover the time before.",
  });
}

function ofValue({ enclosing, stream }: Scope) {
  return {
    isSettled: !stream && enclosing.at(-2) === 'events' && enclosing.at(-1) === 'events',
    isPossible: enclosing.length >= (stream ? 1 : 2),
  };
}

function ofWindow({ enclosing, stream }: Scope) {
  return {
    isSettled: stream === 'events' && enclosing.at(-1) === 'events',
    isPossible: enclosing.includes('events'),
  };
}

function numberText(value: Argument): string | undefined {
  return value.kind === 'literal' && numberOf(value) !== undefined ? value.text : undefined;
}
