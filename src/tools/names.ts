import type { NamesChecked, NamesToCheck } from '../space/names.ts';
import { shortenedText } from '../text/shorten.ts';
import type { ToolContext } from './tool.ts';

/** Maximum length of the JSON of what is said about one name. */
const maxAdviceChars = 500;

type Context = Pick<ToolContext, 'names' | 'call'>;

/**
 * Advice on the names in a definition that the space does not know; none if that is unknown. Never
 * rejects.
 */
export async function adviceOnNames(definition: NamesToCheck, context: Context): Promise<string[]> {
  return (await checkedNames(definition, context)).warnings;
}

/** The result of checking the names in a definition, in strings that are not too long. */
export async function checkedNames(
  { spaceId, query, type, targetEntity }: NamesToCheck,
  { names, call }: Context,
): Promise<NamesChecked> {
  const { warnings, checked, unchecked } = await names.check(
    { spaceId, query, type, targetEntity },
    call,
  );
  const short = (texts: readonly string[]) =>
    texts.map((text) => shortenedText(text, maxAdviceChars));
  return { warnings: short(warnings), checked, unchecked: short(unchecked) };
}
