import { shortenedText } from '../shorten.ts';
import type { NamesToCheck } from '../space/names.ts';
import type { ToolContext } from './tool.ts';

/** Of the JSON of what is said of one name. */
const maxAdviceChars = 500;

/**
 * What there is to say of the names in a definition that the space does not know, as advice; nothing
 * where that can't be told. It never rejects.
 */
export async function adviceOnNames(
  { spaceId, query, type, targetEntity }: NamesToCheck,
  { names, call }: Pick<ToolContext, 'names' | 'call'>,
): Promise<string[]> {
  const warnings = await names.warningsOf({ spaceId, query, type, targetEntity }, call);
  return warnings.map((warning) => shortenedText(warning, maxAdviceChars));
}
