import type { Chain, FunctionCall } from './ast.ts';
import {
  catalog,
  countInstead,
  extractorOfBareWord,
  functionOf,
  isCountable,
  knownAs,
  mayFollow,
} from './catalog.ts';
import type { Advice, Findings } from './diagnostic.ts';
import { format } from './format.ts';
import type { ChainType, Extractor, Filter, LanguageFunction } from './language-function.ts';
import type { Scope } from './scope.ts';
import { suggest } from './suggest.ts';

/*
 * Checks whether a call exists, is allowed at its place in the chain, and may be used in this part
 * of this definition.
 */

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

/** Reports a call of a function that there isn't. @param type what the chain is before it. */
export function unknownFunction(
  chain: Chain,
  index: number,
  type: ChainType | undefined,
  findings: Findings,
): void {
  const call = chain.calls[index];
  const before = chain.calls[index - 1];
  if (!call) return;
  const message = `There is no function ${call.name}.`;
  findings.error('unknown-function', call.nameSpan, message, () =>
    functionMeant(call, before, type),
  );
}

/** What an unknown function most likely stands for. @param type what the chain is before it. */
function functionMeant(
  call: FunctionCall,
  before: FunctionCall | undefined,
  type: ChainType | undefined,
): Advice {
  const synonyms = knownAs(call.name);
  const counted = synonyms.map(countInstead).find((text) => text !== undefined);
  if (before && counted && type && isCountable(type)) {
    const text = `.count()${counted}`;
    return { help: `Count them: ${text}.`, fix: { start: before.end, end: call.end, text } };
  }
  const allowed = mayFollow(type);
  const synonym = synonyms.find((known) => allowed.includes(known));
  const meant = synonym ?? suggest(call.name, allowed) ?? suggest(call.name, catalog.keys());
  return {
    help: meant ? `Did you mean ${meant}?` : `Here may stand ${allowed.join(', ')}.`,
    fix: meant ? { ...call.nameSpan, text: meant } : undefined,
  };
}

/**
 * Whether a call is allowed at its place in the chain; reports it if not. After an unknown type
 * anything may.
 *
 * @param type what the chain is before it.
 */
export function checkPlace(
  chain: Chain,
  index: number,
  entry: LanguageFunction,
  type: ChainType | undefined,
  findings: Findings,
): boolean {
  const call = chain.calls[index];
  if (!call) return true;
  const name = call.operator ?? call.name;
  if (index === 0) {
    if (entry.follows.length === 0) return true;
    findings.error('no-extractor', call.nameSpan, `${name} can not begin a chain.`, () => {
      const text = turnedInsideOut(call, entry);
      return {
        help: text
          ? `Did you mean ${text}?`
          : `Begin with ${mayFollow(undefined).join(', ')}, as in ${entry.example}.`,
        fix: text ? { start: call.start, end: call.end, text } : undefined,
      };
    });
    return false;
  }
  if (type === undefined || entry.follows.includes(type)) return true;
  const message = `${name} can not follow ${typeNames[type]}.`;
  findings.error('wrong-order', call.nameSpan, message, () => inOrder(chain, index, entry, type));
  return false;
}

/** `event('A').count()` for `count(event('A'))`. */
function turnedInsideOut(call: FunctionCall, entry: LanguageFunction): string | undefined {
  const [first, ...args] = call.args;
  if (entry.kind !== 'reducer' || first?.kind !== 'chain') return undefined;
  const stream = functionOf(first.calls.at(-1))?.returns;
  if (stream === undefined || !entry.follows.includes(stream)) return undefined;
  return format({ ...first, calls: [...first.calls, { ...call, args }] });
}

/** How to bring a call into its place. */
function inOrder(chain: Chain, index: number, entry: LanguageFunction, type: ChainType): Advice {
  const call = chain.calls[index];
  const before = chain.calls[index - 1];
  if (!call || !before || type === 'Comparator' || type === 'Literal') {
    return { help: 'Nothing may follow it; join conditions with AND or OR.' };
  }
  if (entry.kind === 'filter' && (type === 'Scalar' || type === 'ListScalar')) {
    const text = format({ ...chain, calls: [call, before] });
    return {
      help: `Put .${entry.name}(…) before the reducer: ${text}.`,
      fix: { start: before.start, end: call.end, text },
    };
  }
  if (entry.kind === 'comparison') {
    const instead = countInstead(entry.name);
    const text = `.count()${instead ?? ''}`;
    return {
      help: `Count them first: ${text}.`,
      fix: { start: before.end, end: instead ? call.end : before.end, text },
    };
  }
  if (type === 'ScalarExtractor' && entry.kind !== 'extractor') {
    return {
      help: `${entry.name} is for streams of events or entities; compare a value directly.`,
    };
  }
  return { help: `After it may come ${mayFollow(type).join(', ')}.` };
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
    findings.error('outside-where', nameSpan, `${name} stands only in a where or a reducer.`, {
      help: `Put it into one, as in ${entry.example}; for a trait of the profile write ${instead}('…').`,
      fix: { ...nameSpan, text: instead },
    });
  }
  if (onlyFor && options.type !== onlyFor) {
    findings.error('linked-only', nameSpan, `${name} is only for ${onlyFor} audiences.`, {
      help: `Use event('…'), or check the query with the type ${onlyFor}.`,
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
  findings.warn('for-traits', nameSpan, `${name} is made for computed traits.`, {
    help: 'In an audience use within(…) or between(…).',
  });
}
