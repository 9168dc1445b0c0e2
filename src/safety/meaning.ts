import type { Level } from '../query/index.ts';
import { typeOf } from '../segment/contract.ts';
import { quotedPlainly, visible } from '../visible.ts';
import type { AudienceShape } from './snapshot.ts';

/** The language is imported when first needed: start-up should not wait for it. */
const language = () => import('../query/index.ts');

/** The level at which a stored definition is read. */
function levelOf(audience: AudienceShape): Level {
  return typeOf(audience) ?? 'users';
}

/** Without markup, for what MCP calls plain text. */
const plainly = { name: quotedPlainly, text: quotedPlainly };

/** A stored definition in plain English; undefined for one that can't be read. */
export async function explainAudience(audience: AudienceShape): Promise<string | undefined> {
  return explained(audience);
}

/** The same without markup, also where a client takes it for Markdown. */
export async function explainPlainly(audience: AudienceShape): Promise<string | undefined> {
  return explained(audience, plainly);
}

async function explained(
  audience: AudienceShape,
  wording?: typeof plainly,
): Promise<string | undefined> {
  const query = audience.definition?.query;
  if (typeof query !== 'string') return undefined;
  const { check, explain } = await language();
  const type = levelOf(audience);
  const { valid, tree } = check(query, { type, purpose: 'audience' });
  return valid ? visible(explain(tree, type, wording)) : undefined;
}

/** The names of the traits that a stored definition uses, among them the keys of other audiences. */
export async function traitsIn(audience: AudienceShape): Promise<readonly string[]> {
  const query = audience.definition?.query;
  if (typeof query !== 'string') return [];
  const { check, references } = await language();
  return references(check(query, { type: levelOf(audience), purpose: 'audience' }).tree).traits;
}
