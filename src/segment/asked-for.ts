import { cut, quoted } from '../text/visible.ts';
import { type Input, type OperationName, type Output, spaceIn } from './contract.ts';
import { isSameSpace } from './ids.ts';
import type { Audience } from './models/audience.ts';
import type { Preview } from './models/preview.ts';
import type { Space } from './models/space.ts';
import { foldedName } from './names.ts';

/** How much of an id is enough to recognize it. */
const maxIdChars = 200;

/** Whether an audience belongs to a space; one that names no space counts. */
export function isOfSpace({ spaceId }: Pick<Audience, 'spaceId'>, wanted: string): boolean {
  return typeof spaceId !== 'string' || isSameSpace(spaceId, wanted);
}

/**
 * Whether an output is what was asked for: a cache or a desynchronized proxy may return the
 * response to another request.
 *
 * Some rows of a list may be from another space, but not all.
 *
 * @returns what is wrong, phrased to follow "the response"; undefined if nothing is.
 */
export function misfitOf(
  input: Input<OperationName>,
  output: Output<OperationName>,
): string | undefined {
  const space = spaceIn(input);
  if ('audience' in output) return misfitOfOne(input, 'audience', output.audience);
  if ('computedTrait' in output) {
    return misfitOfOne(input, 'computed trait', output.computedTrait);
  }
  if ('audiencePreview' in output) return previewMisfit(input, output.audiencePreview);
  if (space === undefined) return undefined;
  if ('space' in output) return misfitOfSpace(space, output.space);
  if ('audiences' in output) return misfitOfMany(space, 'audiences', output.audiences);
  if ('computedTraits' in output) {
    return misfitOfMany(space, 'computed traits', output.computedTraits);
  }
  return undefined;
}

/** Something with an id and a space. */
type Named = Pick<Audience, 'id' | 'spaceId' | 'name'>;

function misfitOfOne(input: Input<OperationName>, noun: string, one: Named): string | undefined {
  const space = spaceIn(input);
  if ('id' in input && one.id !== input.id) {
    return `is about another ${noun}, ${shown(one.id)} instead of ${shown(input.id)}.`;
  }
  if (isAnotherName(input, one.name)) {
    return `is about another ${noun}, named ${shown(one.name ?? '')}.`;
  }
  if (space === undefined || isOfSpace(one, space)) return undefined;
  return `is about ${noun === 'audience' ? 'an' : 'a'} ${noun} of another space, ${shown(one.spaceId ?? '')} instead of ${shown(space)}.${slugHint(space, [one])}`;
}

function misfitOfMany(space: string, nouns: string, many: readonly Named[]): string | undefined {
  if (many.length === 0 || many.some((one) => isOfSpace(one, space))) return undefined;
  return `contains only ${nouns} of spaces other than ${shown(space)}.${slugHint(space, many)}`;
}

function misfitOfSpace(asked: string, space: Space | null): string | undefined {
  if (!space || isSameSpace(space.id, asked)) return undefined;
  return `is about another space, ${shown(space.id)} instead of ${shown(asked)}.`;
}

function previewMisfit(
  input: Input<OperationName>,
  { id }: Pick<Preview, 'id'>,
): string | undefined {
  if (!('id' in input) || id === input.id) return undefined;
  return `is about another preview, ${shown(id)} instead of ${shown(input.id)}.`;
}

/** Whether what was created came back under another name than requested. */
function isAnotherName(input: Input<OperationName>, name: Audience['name']): boolean {
  if ('id' in input || !('name' in input) || typeof name !== 'string') return false;
  return foldedName(name) !== foldedName(input.name);
}

/**
 * A space also has a slug, which people pass as its id. A response that may be meant for somebody
 * else does not prove that it is one, so the user has to confirm it.
 *
 * @returns nothing if it can't be one, or if the response does not name exactly one space.
 */
function slugHint(asked: string, audiences: readonly Pick<Audience, 'spaceId'>[]): string {
  const [named, ...others] = new Set(audiences.map(({ spaceId }) => spaceId));
  const isId = asked.startsWith('spa_');
  if (isId || typeof named !== 'string' || others.length > 0) return '';
  return ` If ${shown(asked)} is the slug of a space, pass its id as spaceId instead: ${shown(named)}, if the user confirms that this is the one.`;
}

function shown(id: string): string {
  return quoted(cut(id, maxIdChars));
}
