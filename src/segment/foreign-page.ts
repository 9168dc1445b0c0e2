/** How much of a page that is not Segment's is read: enough for its title and first sentence. */
const maxLookedAtChars = 20_000;
/** How much of its readable text is shown. */
const maxShownChars = 200;

/** The elements without readable content. */
const unreadable = /^(style|script)\b/i;
const maxNameChars = 'script '.length;

/**
 * The readable start of a page that is not Segment's, such as a proxy's: without tags, on one line,
 * at most 200 characters. The page is cut first and read once from left to right, whatever its
 * content.
 */
export function readableStart(page: string): string {
  const words = textBetweenTags(page.slice(0, maxLookedAtChars)).replace(/\s+/g, ' ').trim();
  return words.slice(0, maxShownChars).toWellFormed();
}

function textBetweenTags(page: string): string {
  const lowerCase = page.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const texts: string[] = [];
  let from = 0;
  while (from < page.length) {
    const tag = page.indexOf('<', from);
    if (tag === -1) break;
    texts.push(page.slice(from, tag));
    const name = unreadable.exec(page.slice(tag + 1, tag + 1 + maxNameChars))?.[1];
    const content = name && lowerCase.indexOf(`</${name.toLowerCase()}`, tag);
    // A page that is cut within a style sheet has nothing readable after it.
    if (content === -1) return texts.join(' ');
    const end = page.indexOf('>', content || tag);
    from = tag;
    // What is never closed is not a tag, and nothing after it can be one.
    if (end === -1) break;
    from = end + 1;
  }
  texts.push(page.slice(from));
  return texts.join(' ');
}
