import type { Argument, Chain, Duration, FunctionCall } from './ast.ts';
import { filterOf } from './catalog.ts';
import { holdsOuter } from './chains.ts';
import { lengthMs, unitOf } from './durations.ts';
import { nearestEvent, type Voice } from './explain-voice.ts';
import { explainDuration, fillPhrase, listWith, marked } from './phrases.ts';
import { plainText } from './values.ts';

/*
 * The limits that filters other than conditions set on a stream.
 */

/**
 * A window, a session or the excluded sources, as a phrase; empty for other calls.
 *
 * @param event what keeps a session going, such as "any **A**".
 */
export function explainFilter(call: FunctionCall, voice: Voice, event = '…'): string {
  const filter = filterOf(call);
  if (!filter) return '';
  const [first, second] = call.args.map(unnamed);
  const english = (isWindowOfParent(call) ? filter.englishOfParent : undefined) ?? filter.english;
  const phrase = fillPhrase(english, {
    first: first?.kind === 'duration' ? beginning(first, second) : excluded(first, voice),
    second: second?.kind === 'duration' ? explainDuration(second) : '…',
    outer: nearestEvent(voice),
    event,
  });
  const isEmpty = isReversed(first, second);
  const whole = isEmpty ? `${phrase} (a window that ends before it starts)` : phrase;
  return marked(whole, call, voice.wording);
}

/** Whether a window or a session is relative to the outer event. */
export function isWindowOfParent({ args }: FunctionCall): boolean {
  return args.some(({ kind }) => kind === 'named');
}

function unnamed(argument: Argument): Argument {
  return argument.kind === 'named' ? argument.value : argument;
}

/** The first of two lengths, without its unit if both units are the same. */
function beginning(first: Duration, second: Argument | undefined): string {
  const isSame = second?.kind === 'duration' && unitOf(first) === unitOf(second);
  return isSame ? first.amount : explainDuration(first);
}

function isReversed(first: Argument | undefined, second: Argument | undefined): boolean {
  if (first?.kind !== 'duration' || second?.kind !== 'duration') return false;
  return lengthMs(first) > lengthMs(second);
}

/** The excluded sources. */
function excluded(argument: Argument | undefined, { wording }: Voice): string {
  if (argument?.kind !== 'exclusion') return '…';
  const ids = argument.ids.map((id) => wording.name(plainText(id)));
  return `${ids.length > 1 ? 'the sources' : 'the source'} ${listWith('and', ids)}`;
}

/** Whether a stream inside a `where` can include the outer event itself. */
export function isOuterToo(chain: Chain, { enclosing }: Voice): boolean {
  const outer = enclosing.map(({ isOwn, stream, name }) =>
    isOwn && stream === 'events' ? name : undefined,
  );
  return holdsOuter(chain, outer);
}
