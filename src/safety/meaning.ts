import type { Level } from '../query/index.ts';
import { typeOf } from '../segment/models/audience.ts';
import type { ComputedTrait } from '../segment/models/computed-trait.ts';
import { quotedPlainly, visible } from '../text/visible.ts';
import type { AudienceShape } from './snapshot.ts';
import { audiences, computedTraits, type ThingKind, traitAsThing } from './thing.ts';

/** The language is imported when first needed, so that start-up does not wait for it. */
const language = () => import('../query/index.ts');

/** The level at which a stored definition is read. */
function levelOf(audience: AudienceShape): Level {
  return typeOf(audience) ?? 'users';
}

/** Without markup, for what MCP calls plain text. */
const plainly = { name: quotedPlainly, text: quotedPlainly };

/** The definition of an audience in plain English; undefined for one that can't be read. */
export async function explainAudience(audience: AudienceShape): Promise<string | undefined> {
  return explained(audience, audiences);
}

/** The same for a computed trait, which results in a value. */
export async function explainTrait(trait: ComputedTrait): Promise<string | undefined> {
  return explained(traitAsThing(trait), computedTraits);
}

/** The same for any thing, without markup, also where a client takes it for Markdown. */
export async function explainPlainly(
  thing: AudienceShape,
  about: ThingKind,
): Promise<string | undefined> {
  return explained(thing, about, plainly);
}

async function explained(
  thing: AudienceShape,
  { purpose }: ThingKind,
  wording?: typeof plainly,
): Promise<string | undefined> {
  const query = thing.definition?.query;
  if (typeof query !== 'string') return undefined;
  const { checkErrors, explain } = await language();
  const type = levelOf(thing);
  const { valid, tree } = checkErrors(query, { type, purpose });
  return valid ? visible(explain(tree, type, wording)) : undefined;
}

/** The names of the traits that a stored definition uses, among them the keys of other audiences. */
export async function traitsIn(audience: AudienceShape): Promise<readonly string[]> {
  const query = audience.definition?.query;
  if (typeof query !== 'string') return [];
  const { checkErrors, references } = await language();
  return references(checkErrors(query, { type: levelOf(audience), purpose: 'audience' }).tree)
    .traits;
}
