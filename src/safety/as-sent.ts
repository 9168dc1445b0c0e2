import type { RequestPreview } from '../segment/api.ts';
import { briefly } from '../segment/call.ts';
import type { OperationName, Output } from '../segment/contract.ts';
import { OutcomeUnknownError } from '../segment/errors.ts';
import { type Audience, audienceSchema, typeOf } from '../segment/models/audience.ts';
import { redactionMark } from '../text/redact.ts';
import { shortened } from '../text/shorten.ts';
import { quoted } from '../text/visible.ts';
import type { PlannedWrite } from './agreement.ts';
import { readSchedule, scheduleUnlikeSent } from './schedule-as-sent.ts';
import { type Difference, differences, snapshotOf, valueInWords } from './snapshot.ts';
import { type ThingKind, thingsIn } from './thing.ts';
import type { WriteContext } from './wish.ts';

/*
 * A response may be well-formed and show other values than were sent: Segment may take a while to
 * show a change, or may not have made it.
 */

/** How long what was written may be read again, milliseconds. */
const maxLookMs = 5000;
/** Maximum length of a value in a sentence. */
const maxValueChars = 200;

/** The language is imported when first needed, so that start-up does not wait for it. */
const language = () => import('../query/index.ts');

/** An output, compared with what was sent. */
export interface Compared<Name extends OperationName> {
  /** With the thing as last read. */
  output: Output<Name>;
  /** What it shows differently, phrased to follow "shows"; undefined if nothing. */
  unlike: string | undefined;
}

/** What a comparison needs. */
type Looking = Pick<WriteContext, 'api' | 'sending' | 'clock'>;

/**
 * Compares the response to a write with what was sent, and reads the thing once if they differ.
 * Never throws: a failed read does not change what the response shows.
 *
 * @param sent the request that went out.
 */
export async function compareWithSent<Name extends OperationName>(
  planned: Pick<PlannedWrite<Name>, 'about' | 'spaceId' | 'id'>,
  sent: RequestPreview,
  output: Output<Name>,
  { api, sending, clock }: Looking,
): Promise<Compared<Name>> {
  const { about, spaceId, id = '' } = planned;
  const looking = () => {
    const now = clock.monotonic();
    const call = briefly(sending, now, Math.min(maxLookMs, sending.endsAt - now));
    return { ...call, isUrgent: true };
  };
  if ('audienceSchedule' in output) {
    const { audienceSchedule: shown } = output;
    if (scheduleUnlikeSent(sent, shown) === undefined) return { output, unlike: undefined };
    const schedule = (await readSchedule(api, { spaceId, id }, shown.id, looking())) ?? shown;
    const unlike = scheduleUnlikeSent(sent, schedule);
    return { output: { ...output, audienceSchedule: schedule }, unlike };
  }
  const [answered] = thingsIn(output);
  if (!answered || (await unlikeSent(sent, answered, about)).length === 0)
    return { output, unlike: undefined };
  const looked = await about
    .read(api, { spaceId, id: answered.id }, looking())
    .catch(() => undefined);
  const thing = looked ?? answered;
  const unlike = await unlikeSent(sent, thing, about);
  return {
    output: withThing(output, thing),
    unlike: unlike.length === 0 ? undefined : inWords(unlike),
  };
}

/** What a thing shows differently from what was sent; what it does not show is not compared. */
export async function unlikeSent(
  { body }: Pick<RequestPreview, 'body'>,
  thing: Audience,
  { purpose }: Pick<ThingKind, 'purpose'>,
): Promise<Difference[]> {
  const sent = snapshotOf(audienceSchema.parse({ ...body, id: thing.id }));
  const unlike: Difference[] = [];
  for (const difference of differences(sent, snapshotOf(thing))) {
    const { field, before, after } = difference;
    if (before === undefined || after === undefined) continue;
    if (typeof before === 'string' && typeof after === 'string') {
      if (isSameText(field, before, after)) continue;
      if (field === 'query' && (await isSameQuery(before, after, thing, purpose))) continue;
    }
    unlike.push(difference);
  }
  return unlike;
}

function isSameText(field: Difference['field'], a: string, b: string): boolean {
  // What was sent in place of the mark is unknown here.
  if (b.includes(redactionMark)) return true;
  if (field !== 'filterByExternalIds') return a.trim() === b.trim();
  const inOrder = (ids: string) => ids.split(', ').toSorted().join();
  return inOrder(a) === inOrder(b);
}

/** Whether two definitions are the same except for spacing, quotes and parentheses. */
async function isSameQuery(
  a: string,
  b: string,
  thing: Audience,
  purpose: ThingKind['purpose'],
): Promise<boolean> {
  const { checkErrors, format } = await language();
  const type = typeOf(thing) ?? 'users';
  const canonical = (text: string) => {
    const { valid, tree } = checkErrors(text, { type, purpose });
    return valid ? format(tree) : text.split(/\s/).filter(Boolean).join(' ');
  };
  return canonical(a) === canonical(b);
}

function withThing<Name extends OperationName>(
  output: Output<Name>,
  thing: Audience,
): Output<Name> {
  if ('audience' in output) return { ...output, audience: thing };
  return 'computedTrait' in output ? { ...output, computedTrait: thing } : output;
}

function inWords(unlike: readonly Difference[]): string {
  const shown = unlike.map(({ field, before, after }) => {
    const [is, should] = [valueInWords(after, maxValueChars), valueInWords(before, maxValueChars)];
    return `${field} as ${is} instead of ${should}`;
  });
  return shown.join(', ');
}

/** Advice on a change whose response shows other values. @param unlike as `Compared` has it. */
export function adviceIfUnlike(unlike: string | undefined): string[] {
  if (unlike === undefined) return [];
  return [`Segment's response still shows ${unlike}; read it again before you continue.`];
}

/** A create whose response is about the new thing but shows other values than were sent. */
export class UnlikeSentError extends OutcomeUnknownError {
  /** @param made as the response, or a later read, shows it. */
  constructor({ noun, field, tools }: ThingKind, made: Audience, unlike: string) {
    super(
      `${tools.create} was sent, but whether it took effect as intended is unknown: Segment's response shows ${unlike}.`,
      {
        next: `Do not create it again. Read the ${noun} ${quoted(made.id)} with ${tools.get} in a minute, and tell the user if it still differs.`,
        details: { cause: 'bad_response', [field]: shortened(made) },
      },
    );
  }
}
