import fc from 'fast-check';

/*
 * Clients' files as people and programs leave them: any layout, comments in every place, trailing commas.
 */

/** A text, and what it holds: the servers, if it lists any, and all else. */
export interface WildJson {
  text: string;
  servers: Record<string, unknown> | undefined;
  others: Record<string, unknown>;
}

const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom(
    'theme',
    'a"b',
    'ключ',
    '// no comment',
    '/* nor this */',
    ',',
    '}',
    '\ud83d\ude00',
  ),
);
const scalar = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('//', '/*', '*/', '{', '}', ',', '\\', '"', '\u2028'),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(key, tie('any'), { maxKeys: 3 }),
  ),
})).any;

/** `__proto__` as a key is not a property of what `toEqual` compares. */
const record = fc
  .dictionary(key, value, { maxKeys: 3 })
  .map((entries) =>
    Object.fromEntries(
      Object.entries(entries).filter(([name]) => name !== '__proto__' && name !== 'mcpServers'),
    ),
  );
const servers = fc.option(
  record.map((entries) =>
    Object.fromEntries(Object.entries(entries).filter(([name]) => name !== 'ours')),
  ),
  { nil: undefined },
);

/** What stands between two tokens, by a stream of numbers that never ends. */
function gap(next: () => number, eol: string): string {
  const kinds = [
    ...['', '', '', ' ', '  ', '\t', eol, `${eol}  `, `${eol}\t`, `${eol}${eol}    `],
    ...[
      `// c${eol}`,
      ` // "x": {}, ${eol}  `,
      '/* c */',
      `${eol}/* two${eol} lines */${eol}`,
      '/**/',
    ],
  ];
  return kinds[next() % kinds.length] ?? '';
}

interface Layout {
  next: () => number;
  eol: string;
  /** Whether lists may end in a comma. */
  trailing: boolean;
}

function print(given: unknown, layout: Layout): string {
  const { next, eol, trailing } = layout;
  const between = () => gap(next, eol);
  if (typeof given !== 'object' || given === null) return JSON.stringify(given);
  const isArray = Array.isArray(given);
  const items = isArray
    ? given.map((item) => print(item, layout))
    : Object.entries(given).map(
        ([name, item]) => `${JSON.stringify(name)}${between()}:${between()}${print(item, layout)}`,
      );
  const last = trailing && items.length > 0 && next() % 2 === 0 ? `,${between()}` : '';
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  const joined = items.map((item) => `${between()}${item}${between()}`).join(',');
  return `${open}${joined}${items.length === 0 ? between() : ''}${last}${close}`;
}

/** Any such text. */
export const wildJson: fc.Arbitrary<WildJson> = fc
  .record({
    others: record,
    servers,
    isFirst: fc.boolean(),
    gaps: fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
    eol: fc.constantFrom('\n', '\r\n'),
    trailing: fc.boolean(),
  })
  .map(({ others, servers: listed, isFirst, gaps, eol, trailing }) => {
    let at = 0;
    const next = () => {
      at += 1;
      return gaps[at % gaps.length] ?? 0;
    };
    const list = listed && { mcpServers: listed };
    const whole = isFirst ? { ...list, ...others } : { ...others, ...list };
    const layout = { next, eol, trailing };
    const text = `${gap(next, eol)}${print(whole, layout)}${gap(next, eol)}`;
    return { text, servers: listed, others };
  });
