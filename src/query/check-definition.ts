import type { Call, Chain, Expression } from './ast.ts';
import { type ChainType, catalog, knownAs, type LanguageFunction, mayFollow } from './catalog.ts';
import type { CheckOptions } from './check.ts';
import { checkArguments } from './check-arguments.ts';
import type { Findings, Fix } from './diagnostic.ts';
import { format } from './format.ts';
import { suggest } from './suggest.ts';

/** What a stream is of. */
export type StreamKind = 'event' | 'entity';

/** Where in a definition something stands. */
export interface Scope {
  options: CheckOptions;
  /** What is looked at in the `where`s and reducers around, outermost first. */
  around: readonly StreamKind[];
  /** The stream whose chain this belongs to, if it is one. */
  stream?: StreamKind;
}

/** Checks what a whole definition comes out as, and all in it. */
export function checkDefinition(tree: Expression, options: CheckOptions, findings: Findings): void {
  const scope: Scope = { options, around: [] };
  if (options.purpose === 'audience') {
    checkCondition(tree, scope, findings);
    return;
  }
  if (tree.kind !== 'chain') {
    checkCondition(tree, scope, findings);
    if (tree.kind !== 'missing') notAValue(tree, findings);
    return;
  }
  const type = checkChain(tree, scope, findings);
  if (type === 'Comparator') notAValue(tree, findings);
  else if (type && !['Scalar', 'ScalarExtractor', 'ListScalar'].includes(type)) {
    const more = { help: 'End it with a reducer, such as .count() or .sum(property(…)).' };
    findings.error('not-a-value', tree, 'A computed trait needs a value.', more);
  }
}

function notAValue(tree: Expression, findings: Findings): void {
  findings.error(
    'not-a-value',
    tree,
    'A computed trait must come out as a value, not as true or false.',
    {
      help: 'Leave out the comparison, or make it an audience.',
    },
  );
}

/** Checks something that must come out as true or false. */
export function checkCondition(node: Expression, scope: Scope, findings: Findings): void {
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) checkCondition(operand, scope, findings);
      return;
    case 'any':
    case 'all':
      if (scope.options.type !== 'accounts') {
        const word = node.kind.toUpperCase();
        const span = { start: node.start, end: node.start + word.length };
        findings.error('accounts-only', span, `${word} is only for definitions of type accounts.`, {
          help: 'Remove it, or give the definition the type accounts.',
          fix: { ...span, text: '' },
        });
      }
      checkCondition(node.operand, scope, findings);
      return;
    case 'not':
      checkCondition(node.operand, scope, findings);
      return;
    case 'chain': {
      const type = checkChain(node, scope, findings);
      if (type && type !== 'Comparator') missingComparison(node, type, findings);
      return;
    }
    case 'missing':
      return;
  }
}

/** What a chain needs so that it comes out as true or false, by what it is without. */
const comparisonFor: Partial<Record<ChainType, { what: string; fix?: string }>> = {
  VectorExtractor: { what: 'Events have to be counted and compared', fix: '.count() >= 1' },
  StreamFilter: { what: 'Events have to be counted and compared', fix: '.count() >= 1' },
  WindowedFilter: { what: 'Events have to be counted and compared', fix: '.count() >= 1' },
  ListScalar: { what: 'A list of values has to be counted and compared', fix: '.count() >= 1' },
  ScalarExtractor: { what: 'A value has to be compared', fix: '.exists()' },
  Scalar: { what: 'A value has to be compared', fix: ' >= 1' },
  Literal: { what: 'A fixed value is no condition' },
};

function missingComparison(chain: Chain, type: ChainType, findings: Findings): void {
  const needed = comparisonFor[type] ?? { what: 'This is no condition' };
  const message = `${needed.what}: an audience must come out as true or false.`;
  const { end } = chain;
  findings.error('missing-comparison', chain, message, {
    help: needed.fix
      ? `Add a comparison, such as ${needed.fix.trim()}.`
      : "Begin with event('…') or trait('…') and compare that.",
    fix: needed.fix ? { start: end, end, text: needed.fix } : undefined,
  });
}

/**
 * Checks a chain, call by call.
 *
 * @returns its type; undefined if a mistake leaves that open.
 */
export function checkChain(chain: Chain, outer: Scope, findings: Findings): ChainType | undefined {
  const stream = streamKind(chain);
  const scope = stream ? { ...outer, stream } : outer;
  let type: ChainType | undefined;
  for (const [index, call] of chain.calls.entries()) {
    const isFirst = index === 0;
    // Only within a chain it is an operator.
    if (call.name === '$' && !isFirst) continue;
    const entry = catalog.get(call.name);
    if (!entry) {
      if (call.name !== '') unknownFunction(chain, index, isFirst ? undefined : type, findings);
      type = undefined;
      continue;
    }
    const inPlace = checkPlace(chain, index, entry, type, findings);
    checkUse(call, entry, scope, findings);
    if (inPlace || !isFirst) checkArguments(call, entry, scope, findings);
    // Behind a call that is out of place anything may have been meant.
    type = inPlace ? entry.returns : undefined;
  }
  return type;
}

/** What a chain is a stream of; one that begins in an unknown way is taken for one of events. */
function streamKind({ calls: [extractor] }: Chain): StreamKind | undefined {
  if (extractor?.name === 'entity') return 'entity';
  const type = catalog.get(extractor?.name ?? '')?.returns;
  return type === undefined || type === 'VectorExtractor' ? 'event' : undefined;
}

/** What a stream that exists, or is absent, has to be compared with. */
const streamIs: Readonly<Record<string, string>> = {
  exists: '.count() >= 1',
  absent: '.count() = 0',
};

function unknownFunction(
  chain: Chain,
  index: number,
  type: ChainType | undefined,
  findings: Findings,
): void {
  const call = chain.calls[index];
  const before = chain.calls[index - 1];
  if (!call) return;
  const message = `There is no function ${call.name}.`;
  const synonyms = knownAs(call.name);
  const counted = synonyms.map((known) => streamIs[known]).find((text) => text !== undefined);
  if (before && counted && type && catalog.get('count')?.follows.includes(type)) {
    findings.error('unknown-function', call.nameSpan, message, {
      help: `Count them: ${counted}.`,
      fix: { start: before.end, end: call.end, text: counted },
    });
    return;
  }
  const allowed = mayFollow(type);
  const synonym = synonyms.find((known) => allowed.includes(known));
  const meant = synonym ?? suggest(call.name, allowed) ?? suggest(call.name, catalog.keys());
  findings.error('unknown-function', call.nameSpan, message, {
    help: meant ? `Did you mean ${meant}?` : `Here may stand ${allowed.join(', ')}.`,
    fix: meant ? { ...call.nameSpan, text: meant } : undefined,
  });
}

/** Whether a call may stand where it does in its chain; behind an unknown type anything may. */
function checkPlace(
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
    const text = turnedInsideOut(call, entry);
    findings.error('no-extractor', call.nameSpan, `${name} can not begin a chain.`, {
      help: text
        ? `Did you mean ${text}?`
        : `Begin with ${mayFollow(undefined).join(', ')}, as in ${entry.example}.`,
      fix: text ? { start: call.start, end: call.end, text } : undefined,
    });
    return false;
  }
  if (type === undefined || entry.follows.includes(type)) return true;
  const message = `${name} can not follow ${typeNames[type]}.`;
  findings.error('wrong-order', call.nameSpan, message, inOrder(chain, index, entry, type));
  return false;
}

/** `event('A').count()` for `count(event('A'))`. */
function turnedInsideOut(call: Call, entry: LanguageFunction): string | undefined {
  const [first, ...args] = call.args;
  if (entry.kind !== 'reducer' || first?.kind !== 'chain') return undefined;
  const stream = catalog.get(first.calls.at(-1)?.name ?? '')?.returns;
  if (stream === undefined || !entry.follows.includes(stream)) return undefined;
  return format({ ...first, calls: [...first.calls, { ...call, args }] });
}

/** How to bring a call into its place. */
function inOrder(
  chain: Chain,
  index: number,
  entry: LanguageFunction,
  type: ChainType,
): { help: string; fix?: Fix } {
  const call = chain.calls[index];
  const before = chain.calls[index - 1];
  const reduced = type === 'Scalar' || type === 'ListScalar';
  if (!call || !before || type === 'Comparator' || type === 'Literal') {
    return { help: 'Nothing may follow it; join conditions with AND or OR.' };
  }
  if (entry.kind === 'filter' && reduced) {
    const text = format({ ...chain, calls: [call, before] });
    return {
      help: `Put .${entry.name}(…) before the reducer: ${text}.`,
      fix: { start: before.start, end: call.end, text },
    };
  }
  if (entry.kind === 'comparison') {
    const whole = streamIs[call.name];
    return {
      help: `Count them first: ${whole ?? '.count()'}.`,
      fix: { start: before.end, end: whole ? call.end : before.end, text: whole ?? '.count()' },
    };
  }
  if (type === 'ScalarExtractor' && entry.kind !== 'extractor') {
    return {
      help: `${entry.name} is for streams of events or entities; compare a value directly.`,
    };
  }
  return { help: `After it may come ${mayFollow(type).join(', ')}.` };
}

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

/** Whether a call may be used in this part of this definition. */
function checkUse(call: Call, entry: LanguageFunction, scope: Scope, findings: Findings): void {
  if (entry.where === 'inside' && scope.around.length === 0) {
    findings.error(
      'outside-where',
      call.nameSpan,
      `${call.name} stands only in a where or a reducer.`,
      {
        help: `Put it into one, as in ${entry.example}; for a trait of the profile write trait('…').`,
        fix: { ...call.nameSpan, text: 'trait' },
      },
    );
  }
  if (call.name === 'entity' && scope.options.type !== 'linked') {
    findings.error('linked-only', call.nameSpan, 'entity is only for linked audiences.', {
      help: "Use event('…'), or check the query with the type linked.",
    });
  }
  if (call.name === 'expires_after' && scope.options.purpose === 'audience') {
    findings.warn('for-traits', call.nameSpan, 'expires_after is made for computed traits.', {
      help: 'In an audience use within(…) or between(…).',
    });
  }
}
