/** A piece of text, bold or not. */
export interface Run {
  text: string;
  isBold: boolean;
}

/**
 * The text of an explanation, in which names are in Markdown bold and their marks escaped by
 * backslashes.
 */
export function runsOf(markdown: string): Run[] {
  const runs: Run[] = [];
  let run: Run = { text: '', isBold: false };
  for (let at = 0; at < markdown.length; at += 1) {
    const character = markdown.charAt(at);
    const next = markdown.charAt(at + 1);
    if (character === '\\' && next !== '' && '\\*"'.includes(next)) {
      run.text += next;
      at += 1;
    } else if (character === '*' && next === '*') {
      runs.push(run);
      run = { text: '', isBold: !run.isBold };
      at += 1;
    } else run.text += character;
  }
  return [...runs, run].filter(({ text }) => text !== '');
}
