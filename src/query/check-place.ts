import type { Chain, FunctionCall } from './ast.ts';
import {
  catalog,
  conditionFilter,
  countInstead,
  distinctCountCalled,
  exactOpposite,
  excludingFilter,
  extractorOfBareWord,
  functionOf,
  isCountable,
  isWindow,
  knownAs,
  mayFollow,
  operatorOf,
  rangeFilter,
  sourceFilter,
  windowFilter,
  windowInstead,
} from './catalog.ts';
import type { Advice, Findings, Fix } from './diagnostic.ts';
import { isUnit } from './durations.ts';
import { meaningOfPattern } from './foreign-comparison.ts';
import { format, formatArgument } from './format.ts';
import {
  helpForDate,
  helpForPattern,
  helpForRange,
  helpForWindow,
  helpOutsideRange,
} from './help.ts';
import type {
  ChainType,
  Comparison,
  Extractor,
  Filter,
  LanguageFunction,
} from './language-function.ts';
import type { Scope } from './scope.ts';
import { quote } from './strings.ts';
import { deniedByStart, isNegated, suggest, withoutNegation } from './suggest.ts';
import { isTimeText } from './times.ts';
import { asRange } from './value-range.ts';
import { numberOf } from './values.ts';

/*
 * Checks whether a call exists, is allowed at its position in the chain, and may be used in this
 * part of the definition.
 */

const nothingFollows = 'Nothing can follow it; join conditions with AND or OR.';

/** The functions that can follow something. */
const mayContinue: readonly string[] = [...catalog.values()]
  .filter(({ follows }) => follows.length > 0)
  .map(({ name }) => name);

const typeNames: Record<ChainType, string> = {
  VectorExtractor: 'a stream of events or entities',
  StreamFilter: 'a stream of events or entities',
  WindowedFilter: 'a stream of events or entities',
  ScalarExtractor: 'a single value',
  Scalar: 'a single value',
  ListScalar: 'a list of values',
  Comparator: 'a comparison',
  Literal: 'a fixed value',
};

/** Reports a call of an unknown function. @param type the type of the chain before it. */
export function unknownFunction(
  chain: Chain,
  index: number,
  type: ChainType | undefined,
  findings: Findings,
): void {
  const call = chain.calls[index];
  if (!call) return;
  const message = `There is no function ${call.name}.`;
  findings.error('unknown-function', call.nameSpan, message, () => adviceOn(chain, index, type));
}

/** What an unknown function most likely means. @param type the type of the chain before it. */
function adviceOn(chain: Chain, index: number, type: ChainType | undefined): Advice {
  const meant = rewritten(chain, index, type);
  if (meant) return { help: `Did you mean ${meant.text}?`, fix: meant };
  const call = chain.calls[index];
  const allowed = index > 0 && type === undefined ? mayContinue : mayFollow(type);
  const several = call && severalMeant(call, allowed);
  if (several) return { help: `Did you mean ${several.map(written).join(' or ')}?` };
  const name =
    call &&
    (functionMeant(call, allowed) ?? suggest(call.name, index > 0 ? mayContinue : catalog.keys()));
  return {
    help: name ? `Did you mean ${name}?` : ((call && helpOn(call, index, type, allowed)) ?? ''),
    fix: name ? { ...call.nameSpan, text: name } : undefined,
  };
}

/** What to write for a call that nothing here is close to. */
function helpOn(
  call: FunctionCall,
  index: number,
  type: ChainType | undefined,
  allowed: readonly string[],
): string {
  const [first] = call.args;
  if (type && allowed.length === 0) return nothingFollows;
  if (type && isCountable(type)) return helpOnStream(call, allowed);
  if (index > 0 && type === undefined) return 'Expected a filter, a reducer or a comparison.';
  if (index > 0 || !first) return helpFor(call.name, allowed);
  const membership = membershipIn(call);
  if (membership) return `Did you mean ${membership}?`;
  if (first.kind === 'literal' && /date|time/i.test(call.name)) {
    return `Write the date alone: ${formatArgument(first)}`;
  }
  return first.kind === 'chain'
    ? `The language has no functions on values: compare ${format(first)} directly.`
    : helpFor(call.name, allowed);
}

/** Names that say that an event happened, or that it did not. */
const happening =
  /^(?:(?:has|have|is)_?)?(?:once|ever|did|do|done|perform(?:ed)?|occur(?:red|s)?|happen(?:ed|s)?|at_?least_?once)$/i;
const notHappening =
  /^(?:never|none|(?:never|not|did_?not|didnt|has_?not|hasnt|have_?not|havent)_?(?:did|do|done|perform(?:ed)?|occur(?:red)?|happen(?:ed)?))$/i;

function helpOnStream(call: FunctionCall, allowed: readonly string[]): string {
  const { name, args } = call;
  const length = args.find((each) => each.kind === 'duration' && isUnit(each.unit));
  if (length && isNegated(name)) {
    return `No filter excludes a time window; .${rangeFilter}(start, end) selects one in the past.`;
  }
  if (args.some((each) => each.kind === 'literal' && isTimeText(each.text))) return helpForWindow;
  if (length) return `For a time window, write .${windowFilter}(${formatArgument(length)}).`;
  if (withoutNegation(name) === conditionFilter) return `Write .${conditionFilter}(NOT …).`;
  if (notHappening.test(name)) return 'For events that did not happen, write .count() = 0.';
  if (happening.test(name)) return 'For events that happened, write .count() >= 1.';
  return helpFor(name, allowed);
}

/** Membership in another audience, by a name that is not a function here; also the lack of it. */
function membershipIn({ name, args: [key, ...others] }: FunctionCall): string | undefined {
  const [isMembership, not] =
    /^(not_?)?(?:is_?)?(?:member_?of|(?:in_?|member_?of_?)?(?:audience|segment))$/i.exec(name) ??
    [];
  if (!isMembership || key?.kind !== 'literal' || others.length > 0) return undefined;
  return `${not ? 'NOT ' : ''}${extractorOfBareWord.outside}(${quote(key.text)}) = 'true'`;
}

function helpFor(name: string, allowed: readonly string[]): string {
  if (/source/i.test(name) && allowed.includes(sourceFilter)) {
    return `Sources can only be excluded: .${sourceFilter}({exclude: 'id', 'id'})`;
  }
  if (/between|range/i.test(name)) return isNegated(name) ? helpOutsideRange : helpForRange;
  return /like$|match|regex|pattern/i.test(name)
    ? helpForPattern
    : `Expected one of ${allowed.join(', ')}.`;
}

/** The functions that a name without arguments may mean, some of which need one: `total()`. */
function severalMeant(
  { name, args }: FunctionCall,
  allowed: readonly string[],
): readonly string[] | undefined {
  const possible = knownAs(name).filter((synonym) => allowed.includes(synonym));
  return args.length === 0 && possible.length > 1 ? possible : undefined;
}

/** A call as it is written, with a placeholder for a property. */
function written(name: string): string {
  const takesProperty = catalog.get(name)?.parameters[0]?.kind === 'property';
  return `${name}(${takesProperty ? `${extractorOfBareWord.inside}('…')` : ''})`;
}

/** The allowed function that an unknown name most likely means. */
function functionMeant(
  { name, args }: Pick<FunctionCall, 'name' | 'args'>,
  allowed: readonly string[],
): string | undefined {
  const synonyms = knownAs(name);
  const possible = synonyms.filter((synonym) => allowed.includes(synonym));
  const takes = (synonym: string) => (catalog.get(synonym)?.parameters.length ?? 0) > 0;
  const known = possible.find((synonym) => takes(synonym) === args.length > 0) ?? possible[0];
  // A name with a known meaning is not a typo.
  return known ?? (synonyms.length > 0 ? undefined : suggest(name, allowed));
}

/** The equivalent of a whole call from another language. */
function rewritten(chain: Chain, index: number, type: ChainType | undefined): Fix | undefined {
  return (
    asCount(chain, index, type) ??
    asPattern(chain, index) ??
    asDistinctCount(chain, index, type) ??
    asMembership(chain, index) ??
    asExclusion(chain, index, type) ??
    asPrefix(chain, index, type) ??
    asDenied(chain, index, type)
  );
}

/** On a stream, `not_exists()` and the like mean a count. */
function asCount(chain: Chain, index: number, type: ChainType | undefined): Fix | undefined {
  const [call, before] = [chain.calls[index], chain.calls[index - 1]];
  if (!call || !before || !type || !isCountable(type) || call.args.length > 0) return undefined;
  const counted = knownAs(call.name)
    .map(countInstead)
    .find((text) => text !== undefined);
  return counted ? { start: before.end, end: call.end, text: `.count()${counted}` } : undefined;
}

/** `like('%a')`, for patterns that a comparison can express. */
function asPattern(chain: Chain, index: number): Fix | undefined {
  const call = chain.calls[index];
  const [pattern] = call?.args ?? [];
  const isDenied = withoutNegation(call?.name ?? '') === 'like';
  if (!call || (!isDenied && call.name.toLowerCase() !== 'like')) return undefined;
  if (call.args.length !== 1 || pattern?.kind !== 'literal') return undefined;
  const meaning = meaningOfPattern(pattern.text, false);
  if (!meaning) return undefined;
  const text = `${meaning.name}(${quote(meaning.text)})`;
  return isDenied ? denied(chain, index, text) : { start: call.start, end: call.end, text };
}

/** `count_distinct(property('x'))`. */
function asDistinctCount(
  chain: Chain,
  index: number,
  type: ChainType | undefined,
): Fix | undefined {
  const call = chain.calls[index];
  const reducer = call && distinctCountCalled(call.name);
  if (!call || !reducer || !type || !isCountable(type) || call.args.length !== 1) return undefined;
  const args = call.args.map(formatArgument).join(', ');
  return { start: call.start, end: call.end, text: `${reducer}(${args}).count()` };
}

/** `in_audience('key')`: another audience is a trait whose value is the string true or false. */
function asMembership(chain: Chain, index: number): Fix | undefined {
  const call = chain.calls[index];
  const [key] = call?.args ?? [];
  const isMembership = /^in_?(?:audience|segment)$/i.test(call?.name ?? '');
  if (!call || !isMembership || index > 0 || call.args.length !== 1) return undefined;
  if (key?.kind !== 'literal' || key.type !== 'string' || chain.calls.length > 1) return undefined;
  const text = `${extractorOfBareWord.outside}(${quote(key.text)}) = 'true'`;
  return { start: call.start, end: call.end, text };
}

/** `exclude_sources('a')` */
function asExclusion(chain: Chain, index: number, type: ChainType | undefined): Fix | undefined {
  const call = chain.calls[index];
  const filter = call && excludingFilter(call.name);
  if (!call || !filter || !type || !isCountable(type) || call.args.length === 0) return undefined;
  const areIds = call.args.every((id) => id.kind === 'literal' && id.type === 'string');
  if (!areIds) return undefined;
  const text = `${filter}({exclude: ${call.args.map(formatArgument).join(', ')}})`;
  return { start: call.start, end: call.end, text };
}

/** `.not().equals('a')`: NOT goes before the whole condition. */
function asPrefix(chain: Chain, index: number, type: ChainType | undefined): Fix | undefined {
  const [call, comparison] = chain.calls.slice(index);
  const isNot = call !== undefined && /^not$/i.test(call.name) && call.args.length === 0;
  const isValue = type === 'Scalar' || type === 'ScalarExtractor';
  if (!isNot || !isValue || chain.calls.length !== index + 2) return undefined;
  if (functionOf(comparison)?.kind !== 'comparison') return undefined;
  const text = `NOT ${format({ ...chain, calls: chain.calls.toSpliced(index, 1) })}`;
  return { start: chain.start, end: chain.end, text };
}

/** `not_contains('a')`, the negation of a comparison. */
function asDenied(chain: Chain, index: number, type: ChainType | undefined): Fix | undefined {
  const call = chain.calls[index];
  if (!call || !type || isCountable(type)) return undefined;
  const allowed = mayFollow(type);
  const base = withoutNegation(call.name) ?? deniedByStart(call.name, allowed);
  if (!base || knownAs(call.name).some((known) => allowed.includes(known))) return undefined;
  const name = catalog.has(base) ? base : functionMeant({ name: base, args: call.args }, allowed);
  const entry = name === undefined ? undefined : catalog.get(name);
  if (entry?.kind !== 'comparison' || !allowed.includes(entry.name)) return undefined;
  const args = call.args.map(formatArgument).join(', ');
  const opposite = exactOpposite(entry);
  return opposite
    ? { start: call.start, end: call.end, text: `${opposite}(${args})` }
    : denied(chain, index, `${entry.name}(${args})`);
}

/**
 * The chain up to a call, with another call in its place and NOT before it; only if the chain ends
 * there.
 */
function denied(chain: Chain, index: number, call: string): Fix | undefined {
  if (index < chain.calls.length - 1) return undefined;
  const before = format({ ...chain, calls: chain.calls.slice(0, index) });
  return { start: chain.start, end: chain.end, text: `NOT ${before}.${call}` };
}

/**
 * Whether a call is allowed at its position in the chain; reports it if not. After an unknown type,
 * any call is.
 *
 * @param type the type of the chain before it.
 */
export function checkPlace(
  chain: Chain,
  index: number,
  entry: LanguageFunction,
  type: ChainType | undefined,
  { findings, isValue = false }: { findings: Findings; isValue?: boolean },
): boolean {
  const call = chain.calls[index];
  if (!call) return true;
  const name = call.operator ?? call.name;
  if (index === 0) {
    if (entry.follows.length === 0) return true;
    findings.error('no-extractor', call.nameSpan, `${name} can't start a chain.`, () => {
      const text = turnedInsideOut(call, entry);
      return {
        help: text
          ? `Did you mean ${text}?`
          : `Start with one of ${mayFollow(undefined).join(', ')}. Example: ${entry.example}`,
        fix: text ? { start: call.start, end: call.end, text } : undefined,
      };
    });
    return false;
  }
  if (type === undefined || entry.follows.includes(type)) return true;
  // If there are several filters in a row, only the first is reported.
  const isNext = functionOf(chain.calls[index - 1])?.kind === 'filter';
  if (isLateFilter(entry, type) && isNext) return false;
  const message = `${name} can't follow ${typeNames[type]}.`;
  findings.error('wrong-order', call.nameSpan, message, () =>
    inOrder(chain, index, entry, { type, isValue }),
  );
  return false;
}

/** `event('A').count()` for `count(event('A'))`, `trait('p').exists()` for `exists(trait('p'))`. */
function turnedInsideOut(call: FunctionCall, entry: LanguageFunction): string | undefined {
  const [first, ...args] = call.args;
  const isEnd = entry.kind === 'reducer' || entry.kind === 'comparison';
  if (!isEnd || first?.kind !== 'chain') return undefined;
  const stream = functionOf(first.calls.at(-1))?.returns;
  if (stream === undefined) return undefined;
  const counted = isCountable(stream) ? countInstead(entry.name) : undefined;
  if (counted && args.length === 0) return `${format(first)}.count()${counted}`;
  if (!entry.follows.includes(stream)) return undefined;
  return format({ ...first, calls: [...first.calls, { ...call, args }] });
}

/** Whether a filter comes after the reducer; it belongs before it. */
export function isLateFilter({ kind }: LanguageFunction, type: ChainType | undefined): boolean {
  return kind === 'filter' && (type === 'Scalar' || type === 'ListScalar');
}

/** How to move a call to its place. */
function inOrder(
  chain: Chain,
  index: number,
  entry: LanguageFunction,
  { type, isValue }: { type: ChainType; isValue: boolean },
): Advice {
  const call = chain.calls[index];
  const before = chain.calls[index - 1];
  if (!call || !before || type === 'Comparator' || type === 'Literal') {
    return { help: nothingFollows };
  }
  const range = isValue ? undefined : asRange(chain, index);
  if (range) return { help: `Did you mean ${range.text}?`, fix: range };
  if (isLateFilter(entry, type)) return beforeReducer(chain, index, entry);
  if (entry.kind === 'comparison') return ofStream(call, before, entry);
  if (type === 'ScalarExtractor' && isWindow(call)) {
    return { help: call.args.some(({ kind }) => kind === 'duration') ? helpForDate : helpForRange };
  }
  if (type === 'ScalarExtractor' && entry.kind !== 'extractor') {
    return {
      help: `${entry.name} works only on events or entities; compare a value directly.`,
    };
  }
  if (entry.kind === 'extractor' && entry.family === 'item' && isCountable(type)) {
    const value = format({ ...chain, calls: [call] });
    return {
      help: `Write it inside a call: .where(${value} …), or a reducer such as .sum(${value}).`,
    };
  }
  return { help: `Expected one of ${mayFollow(type).join(', ')}.` };
}

/** Moves a filter, with those that follow it, before the reducer. */
function beforeReducer(chain: Chain, index: number, entry: LanguageFunction): Advice {
  const [call, before] = [chain.calls[index], chain.calls[index - 1]];
  if (!call || !before) return {};
  const others = chain.calls.slice(index);
  const next = others.findIndex((other) => functionOf(other)?.kind !== 'filter');
  const filters = next < 0 ? others : others.slice(0, next);
  const text = format({ ...chain, calls: [...filters, before] });
  return {
    help: `Move .${entry.name}(…) before the reducer: ${text}`,
    // With the dot, which shows that it continues a chain.
    fix: {
      start: chain.calls[index - 2]?.end ?? before.start,
      end: filters.at(-1)?.end ?? call.end,
      text: index > 1 ? `.${text}` : text,
    },
  };
}

/**
 * What a comparison on a stream means: with a number, its count; with the current time, a window.
 */
function ofStream(
  call: FunctionCall,
  before: FunctionCall,
  entry: Comparison,
): { help: string; fix?: Fix } {
  const window = windowInstead(entry);
  if (window) {
    const help = `Did you mean ${window}? For events, a time window is a filter.`;
    return { help, fix: { ...call.nameSpan, text: window } };
  }
  const instead = countInstead(entry.name);
  const text = `.count()${instead ?? truthOf(call) ?? ''}`;
  const comparesNumber = call.args.every((argument) => numberOf(argument) !== undefined);
  const isClear =
    instead !== undefined ||
    ((entry.family === 'ordering' || entry.family === 'equality') && comparesNumber);
  const { end } = instead ? call : before;
  return {
    help: `Count them first: ${text}`,
    fix: isClear ? { start: before.end, end, text } : undefined,
  };
}

/** The count that means the same as `= true` or `= false`. */
function truthOf({ name, args: [value] }: FunctionCall): string | undefined {
  if (operatorOf(name) !== '=' || value?.kind !== 'literal') return undefined;
  if (!/^(?:true|false)$/i.test(value.text)) return undefined;
  return /^true$/i.test(value.text) ? ' >= 1' : ' = 0';
}

/** Checks whether a call may be used in this part of this definition. */
export function checkUse(
  call: FunctionCall,
  entry: LanguageFunction,
  scope: Scope,
  findings: Findings,
): void {
  if (entry.kind === 'extractor') checkExtractorUse(call, entry, scope, findings);
  if (entry.kind === 'filter') checkFilterUse(call, entry, scope, findings);
}

function checkExtractorUse(
  { name, nameSpan }: FunctionCall,
  entry: Extractor,
  { options, enclosing }: Scope,
  findings: Findings,
): void {
  const { onlyFor } = entry;
  if (entry.family === 'item' && enclosing.length === 0) {
    const instead = extractorOfBareWord.outside;
    findings.error('outside-where', nameSpan, `${name} works only inside a where or a reducer.`, {
      help: `For a trait of the profile, write ${instead}('…'). Example of ${name}: ${entry.example}`,
    });
  }
  if (onlyFor && options.type !== onlyFor) {
    findings.error('linked-only', nameSpan, `${name} works only in ${onlyFor} audiences.`, {
      help: `Use event('…'), or check the query as type ${onlyFor}.`,
    });
  }
}

function checkFilterUse(
  { name, nameSpan }: FunctionCall,
  { madeFor }: Filter,
  { options }: Scope,
  findings: Findings,
): void {
  if (!madeFor || options.purpose === madeFor) return;
  findings.warn('for-traits', nameSpan, `${name} is intended for computed traits.`, {
    help: 'In an audience, use within(…) or between(…).',
  });
}
