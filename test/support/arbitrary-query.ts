import fc from 'fast-check';

/*
 * Valid definitions of a small shop, as text in any legal spelling.
 */

const eventName = fc.constantFrom('Viewed', 'Bought', 'Returned');
const propertyName = fc.constantFrom('price', 'category', 'tags');
const traitName = fc.constantFrom('spend', 'plan', 'seen_at', 'none', 'address.city');
const quoted = (name: string) => `'${name}'`;
const operator = fc.constantFrom('=', '!=', '>', '>=', '<', '<=', '==');
const number = fc.integer({ min: 0, max: 6 }).map(String);
const literal = fc.oneof(
  number,
  fc.constantFrom("'a'", "'b'", "'3'", "'vip'", "'2026-01-01T00:00:00Z'", 'literal(2)', '1.5'),
);
const space = fc.constantFrom('', ' ', '  ', '\n');
const length = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('hours', 'days', 'hour', 'day'))
  .map(([amount, unit]) => `${amount} ${unit}`);

const comparison = fc.oneof(
  fc.tuple(space, operator, space, literal).map((parts) => parts.join('')),
  fc.constantFrom('.exists()', '.absent()'),
  fc
    .tuple(fc.constantFrom('equals', 'at_least', 'less_than', 'differs'), literal)
    .map(([name, value]) => `.${name}(${value})`),
  fc
    .tuple(fc.constantFrom('one_of', 'none_of'), literal, literal)
    .map(([name, a, b]) => `.${name}(${a},${b})`),
  fc.constantFrom(".contains('a', 'b')", ".omits('a')", ".starts_with('v')", ".ends_with('b')"),
  fc
    .tuple(fc.constantFrom('within_last', 'within_next', 'before_last', 'after_next'), length)
    .map(([name, value]) => `.${name}(${value})`),
  fc.constantFrom(".before_date('2026-03-01')", '.after_date(2026-01-01T00:00:00Z)'),
);

/** Parts of a stream inside the `where` of an event, which can be compared with that. */
const comparisonWithParent = fc.oneof(
  { weight: 6, arbitrary: comparison },
  fc.constantFrom(" >= property(parent: 'price')", " = property('price')"),
);

const filters = (inFunnel: boolean, depth: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        length.map((text) => `.within(${text})`),
        fc
          .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 60 }))
          .map(([a, b]) => `.between(${a} days, ${b} days)`),
        fc.constant(".sources({exclude: 'src_1'})"),
        ...(inFunnel
          ? [
              length.map((text) => `.within(parent: ${text})`),
              fc.constantFrom(
                '.between(parent: 1 day, 20 days)',
                '.between(parent: 6 hours, parent: 9 days)',
              ),
            ]
          : []),
        ...(depth > 0 ? [inside(depth - 1, inFunnel).map((text) => `.where(${text})`)] : []),
      ),
      { maxLength: 2 },
    )
    .map((parts) => parts.join(''));

const reducer = (inFunnel: boolean) =>
  fc.oneof(
    ...(inFunnel
      ? [fc.constantFrom(".max(property(parent: 'price'))", ".last(property(parent: 'category'))")]
      : []),
    { weight: 4, arbitrary: fc.constant('.count()') },
    fc
      .tuple(fc.constantFrom('sum', 'avg', 'max', 'min', 'first', 'last', 'mode'), propertyName)
      .map(([name, property]) => `.${name}(property(${quoted(property)}))`),
    propertyName.map((property) => `.unique(property(${quoted(property)})).count()`),
    fc
      .tuple(propertyName, fc.constantFrom('', ' as number', ' as array', '.$ as array'))
      .map(([property, type]) => `.mode(property(${quoted(property)})${type}, 2)`),
  );

const stream = (inFunnel: boolean, depth: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      eventName,
      filters(inFunnel, depth),
      reducer(inFunnel),
      inFunnel ? comparisonWithParent : comparison,
    )
    .map(([name, filter, reduce, compare]) => `event(${quoted(name)})${filter}${reduce}${compare}`);

const traitCondition = fc
  .tuple(traitName, comparison)
  .map(([name, compare]) => `trait(${quoted(name)})${compare}`);

function junction(leaf: fc.Arbitrary<string>, depth: number): fc.Arbitrary<string> {
  if (depth === 0) return leaf;
  const inner = junction(leaf, depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    fc.tuple(inner, fc.constantFrom('AND', 'OR'), inner).map(([a, word, b]) => `${a} ${word} ${b}`),
    inner.map((text) => `(${text})`),
    inner.map((text) => `NOT ${text}`),
  );
}

function inside(depth: number, nested: boolean): fc.Arbitrary<string> {
  const propertyCondition = fc
    .tuple(propertyName, comparison)
    .map(([name, compare]) => `property(${quoted(name)})${compare}`);
  const dynamic = fc.constantFrom(
    "property('price') >= trait('spend')",
    ...(nested ? ["property('category') = property(parent: 'category')"] : []),
  );
  const leaves = [
    { weight: 4, arbitrary: propertyCondition },
    { weight: 1, arbitrary: dynamic },
    ...(depth > 0 ? [{ weight: 2, arbitrary: stream(true, depth - 1) }] : []),
  ];
  return junction(fc.oneof(...leaves), 1);
}

/** Definitions of type users. */
export const userQuery: fc.Arbitrary<string> = junction(
  fc.oneof(traitCondition, stream(false, 3)),
  3,
);

/** Definitions of type accounts. */
export const accountQuery: fc.Arbitrary<string> = junction(
  fc.oneof(
    traitCondition,
    stream(false, 1),
    fc
      .tuple(fc.constantFrom('ANY', 'ALL', 'ANY NOT', 'ALL NOT'), traitCondition)
      .map(([word, text]) => `${word} ${text}`),
  ),
  2,
);

/** Pieces of the language in any order, which is mostly wrong. */
export const brokenQuery: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          "event('A')",
          "trait('x')",
          "property('p')",
          "entity('e')",
          '.count()',
          '.where(',
          '(',
          ')',
        ],
        ...[
          '{',
          '}',
          ',',
          '.',
          ':',
          'AND',
          'OR',
          'NOT',
          'ANY',
          'ALL',
          'and',
          '&&',
          '||',
          '!',
          '>=',
          '==',
        ],
        ...[
          '=',
          '=>',
          '<>',
          '5',
          '-3',
          "'x'",
          '"y"',
          '“z”',
          '7 days',
          '2 weeks',
          '3 dayz',
          'true',
          'as',
        ],
        ...[
          'is',
          'null',
          "LIKE '%a%'",
          "not in ('a', 'b')",
          'BETWEEN 1 AND 3',
          'last 7 days',
          '7 hrs',
          '-7 days ago',
          '1e5',
          '+5',
          '.5',
          '’',
          "'q’",
          '20260131T10Z',
          '.not_exists()',
          '.count()',
          '.exists()',
        ],
        ...[
          'parent:',
          'exclude:',
          '{exclude: 1}',
          '.within(',
          '.within(7 days)',
          '.cuont()',
          'literal(1)',
        ],
        ...[
          '--x\n',
          '/*',
          '2026-01-01',
          '2026-99-99',
          "'",
          '"',
          '$',
          '.sum(',
          '@',
          ';',
          ' ',
          '\n',
          'price',
        ],
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(' '));
