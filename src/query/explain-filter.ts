import type { Argument, Chain, Duration, FunctionCall } from './ast.ts';
import { filterOf } from './catalog.ts';
import { streamKindOf } from './chains.ts';
import { lengthMs, unitOf } from './durations.ts';
import { nearestEvent, type Voice } from './explain-voice.ts';
import { explainDuration, fillPhrase, listWith } from './phrases.ts';
import { nameOf, plainText } from './values.ts';

/*
 * What filters other than conditions leave of a stream.
 */

/** A window, a session or the sources that are left out, as a phrase; nothing for other calls. */
export function explainFilter(call: FunctionCall, voice: Voice): string {
  const filter = filterOf(call);
  if (!filter) return '';
  const [first, second] = call.args.map(unnamed);
  const isOfParent = call.args.some(({ kind }) => kind === 'named');
  const english = (isOfParent ? filter.englishOfParent : undefined) ?? filter.english;
  const phrase = fillPhrase(english, {
    first: first?.kind === 'duration' ? beginning(first, second) : excluded(first, voice),
    second: second?.kind === 'duration' ? explainDuration(second) : '…',
    outer: nearestEvent(voice),
  });
  return isReversed(first, second) ? `${phrase} (a window that ends before it begins)` : phrase;
}

function unnamed(argument: Argument): Argument {
  return argument.kind === 'named' ? argument.value : argument;
}

/** The first of two lengths, without the unit if it is the same. */
function beginning(first: Duration, second: Argument | undefined): string {
  const isSame = second?.kind === 'duration' && unitOf(first) === unitOf(second);
  return isSame ? first.amount : explainDuration(first);
}

function isReversed(first: Argument | undefined, second: Argument | undefined): boolean {
  if (first?.kind !== 'duration' || second?.kind !== 'duration') return false;
  return lengthMs(first) > lengthMs(second);
}

/** The sources that are left out. */
function excluded(argument: Argument | undefined, { wording }: Voice): string {
  if (argument?.kind !== 'exclusion') return '…';
  const ids = argument.ids.map((id) => wording.name(plainText(id)));
  return `${ids.length > 1 ? 'the sources' : 'the source'} ${listWith('and', ids)}`;
}

/**
 * Whether a stream inside a `where` can hold the very event that it is looked for in: one of the same
 * name, unless a window leaves it out.
 */
export function isOuterToo(chain: Chain, { enclosing }: Voice): boolean {
  const name = nameOf(chain.calls[0]?.args[0]);
  if (streamKindOf(chain) !== 'events') return false;
  const beginsLater = chain.calls.some(({ args: [first, second] }) => {
    return first?.kind === 'named' && second !== undefined && startMs(first.value) > 0;
  });
  return enclosing.some(
    (outer, index) =>
      outer.isOwn &&
      outer.stream === 'events' &&
      outer.name === name &&
      !(beginsLater && index === enclosing.length - 1),
  );
}

function startMs(argument: Argument): number {
  return argument.kind === 'duration' ? lengthMs(argument) : 0;
}
