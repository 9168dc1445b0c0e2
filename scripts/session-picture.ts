/*
 * What docs/session.svg shows of the demo. Chapters are selected by the beginning of their headings;
 * of a long one, the middle is left out.
 */

const chapters: readonly { heading: string; maxLines: number }[] = [
  { heading: 'Ask about the whole space', maxLines: 4 },
  { heading: 'Write a definition', maxLines: 4 },
  { heading: 'Preview a definition', maxLines: 2 },
  { heading: 'Disable all Leeds audiences', maxLines: 4 },
];
const maxColumns = 108;
const charWidth = 7.8;
const lineHeight = 19;
const margin = 22;
const titleBar = 30;

type Kind = 'heading' | 'question' | 'answer' | 'text';
const colors: Readonly<Record<Kind, string>> = {
  heading: '#7ee787',
  question: '#e3b341',
  answer: '#79c0ff',
  text: '#c9d1d9',
};

interface Line {
  kind: Kind;
  text: string;
}

/** An SVG of the demo's output. @throws {Error} if a chapter is missing. */
export function sessionPicture(output: string): string {
  return svgOf(linesOf(output));
}

/** The selected chapters of the demo, each but the first after a blank line. */
function linesOf(output: string): Line[] {
  const sections = output.split(/\n\n(?=\S)/).map((section) => section.trim().split('\n'));
  return chapters.flatMap(({ heading, maxLines }, index) => {
    const section = sections.find(([first]) => first?.startsWith(heading));
    if (!section) throw new Error(`The demo has no chapter "${heading}"`);
    const [title = '', ...rest] = section;
    const end = rest.length > maxLines ? rest.slice(-2) : [];
    const shown = [...rest.slice(0, maxLines), ...(end.length > 0 ? ['  …', ...end] : [])];
    const blank: Line[] = index === 0 ? [] : [{ kind: 'text', text: '' }];
    return [...blank, { kind: 'heading', text: title }, ...shown.map(lineOf)];
  });
}

function lineOf(text: string): Line {
  const cut = text.length > maxColumns ? `${text.slice(0, maxColumns - 1)}…` : text;
  if (text.startsWith('  |') || text.startsWith('  The user'))
    return { kind: 'question', text: cut };
  return { kind: text.startsWith('  →') ? 'answer' : 'text', text: cut };
}

function svgOf(lines: readonly Line[]): string {
  const width = Math.ceil(maxColumns * charWidth + 2 * margin);
  const height = titleBar + lines.length * lineHeight + margin;
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (color, index) => `  <circle cx="${20 + index * 18}" cy="16" r="5.5" fill="${color}"/>`,
  );
  const rows = lines.flatMap(({ kind, text }, index) => {
    if (text === '') return [];
    const y = titleBar + (index + 1) * lineHeight;
    const weight = kind === 'heading' ? ' font-weight="bold"' : '';
    return `  <text x="${margin}" y="${y}" fill="${colors[kind]}"${weight}>${escaped(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" xml:space="preserve">
  <title>A session with the server, on its sandbox</title>
  <rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${[...dots, ...rows].join('\n')}
</svg>
`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (sign) => entities[sign] ?? sign);
}
