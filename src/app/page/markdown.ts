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
  let run: Run = { text: '', isBold: false };
  const runs = [run];
  for (const [whole, escaped, mark] of markdown.matchAll(/\\([\\*"])|(\*\*)|./gsu)) {
    if (mark) {
      run = { text: '', isBold: !run.isBold };
      runs.push(run);
    } else run.text += escaped ?? whole;
  }
  return runs.filter(({ text }) => text !== '');
}
