import { maxQueryChars } from '../../src/query/limits.ts';

/*
 * Texts that might make reading slower than linear: much of the same, alone and where something else
 * is expected.
 */

/** What is repeated. */
const pieces = [
  // Calls, known and unknown, in and out of place.
  ...[
    "evnt('A')",
    "evnt('A').cuont() >= 1 OR ",
    'foo(',
    'foo()',
    'foo().',
    "not_contains('a').",
    'a.',
  ],
  // Comparisons without a left side, joined calls, filters as arguments, marks, entities and quotes.
  ...[' > 1 AND < 3', " OR 'b'", ".and(trait('a') = 1)", ', within: 7 days', '?.f()', '.!f()'],
  ...['&quot;', ') &gt;= 1 ', '„a ', '«a» ', '.between(1, 2)', "['a', 'b'] ", 'NOT foo ANY '],
  ...['.f', '.foo()', '.f()', ".where(property('a') = 1)"],
  ...["event('A').", "event('A').count().", "event('A').where(", "event('A').where({", 'count() '],
  ...["trait('a').one_of('b').one_of('c').", 'count(', 'sum(price ', 'mode(a b ', 'literal(1) '],
  ...[
    "trait('a') ",
    "trait('a') = 1 ",
    "trait('a') = 1 AND ",
    "trait('a') > 2 OR ",
    'traits.plan = 1 ',
  ],
  ...[
    'properties.total > 5 AND ',
    "property('x') ",
    "(trait('a')) = 1 AND ",
    'trait("a") = 1 AND ',
  ],
  ...[
    "trait('a') like 'x' ",
    "trait('a') in ('b') ",
    "trait('a') between 1 and 2 ",
    'is not null ',
  ],
  ...[
    "trait('a') = null AND ",
    "trait('a') XOR ",
    'NOT ',
    'not ',
    '!',
    'ANY ',
    'AND ',
    'NOR ',
    '&& ',
    '|| ',
  ],
  // Brackets, commas, dots and quotes.
  ...['(', '((', '()', '{', '[', ')', '},', ',', ', ', '.', '..', ':', ';', '-', '--', '= ', '=='],
  ...[
    "'",
    "''",
    "'a',",
    '"',
    '`',
    '“',
    '’ ',
    '\\',
    "\\'",
    "'a\\',",
    "it's ",
    "('a'",
    "('a') ",
    "'a'='b' ",
  ],
  // Words, values and lengths of time.
  ...[
    'a ',
    'a b c, ',
    'x.y.z ',
    'true ',
    'null ',
    '1 ',
    '1,',
    '1.5 ',
    '-1 ',
    '7 days ',
    'days 7 ',
    '7 dayz,',
  ],
  ...[
    'last 7 days ago ',
    '2026-99-99 ',
    '20260131T10:00:00Z ',
    'as string ',
    '$.',
    'parent: ',
    'exclude: ',
  ],
  ...["contains('a' foo) ", 'one_of(a ', 'within(last ', 'trait(a b c ', 'word'.repeat(20)],
  // What is not a definition.
  ...[
    '{"type":"event","name":"A"},',
    'SELECT * FROM users WHERE ',
    'who performed A ',
    '/* ',
    '// ',
    '\n',
  ],
  ...['@', '\u200b', 'é', '日本 '],
];

/** Where it stands. */
const places: readonly (readonly [before: string, after: string])[] = [
  ['', ''],
  ["trait('", "') = 1"],
  ["trait('a').one_of(", ')'],
  ["event('A').where(", ').count() >= 1'],
  ["event('A').within(", ').count() >= 1'],
  ["trait('a')", ''],
  ["event('A')", ''],
];

/** A text of any length up to the one that is read, and a name for it. */
export interface NastyText {
  name: string;
  ofLength(chars: number): string;
}

/** All pieces at all places. */
export const nastyTexts: readonly NastyText[] = places.flatMap(([before, after]) =>
  pieces.map((piece) => ({
    name: `${before}${JSON.stringify(piece)}…${after}`,
    ofLength(chars: number) {
      const room = Math.min(chars, maxQueryChars) - before.length - after.length;
      return `${before}${piece.repeat(Math.floor(room / piece.length))}${after}`;
    },
  })),
);
