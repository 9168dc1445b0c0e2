import type { LanguageFunction, Parameter, ParameterKind, TimeUnit } from './catalog.ts';

/*
 * Every function of the language, in the order of the documentation. Source of every fact:
 * Segment's public reference of the audience query language (private beta, last changed September
 * 2025).
 */

const stream = ['VectorExtractor', 'StreamFilter', 'WindowedFilter'] as const;
const scalar = ['ScalarExtractor', 'Scalar'] as const;
const hoursOrDays = ['hour', 'day'] as const;

const name = (label: string): Parameter => ({ kind: 'name', label });
const property = (casts: readonly string[] = []): Parameter => ({
  kind: 'property',
  label: 'property',
  casts,
});
const duration = (label: string, units: readonly TimeUnit[] = hoursOrDays): Parameter => ({
  kind: 'duration',
  label,
  units,
});

const extractor = (
  given: Pick<LanguageFunction, 'name' | 'parameters' | 'returns' | 'note' | 'example'> &
    Partial<LanguageFunction>,
): LanguageFunction => ({ kind: 'extractor', follows: [], where: 'anywhere', ...given });

const filter = (
  given: Pick<LanguageFunction, 'name' | 'parameters' | 'returns' | 'note' | 'example'> &
    Partial<LanguageFunction>,
): LanguageFunction => ({ kind: 'filter', follows: stream, where: 'anywhere', ...given });

const reducer = (
  given: Pick<LanguageFunction, 'name' | 'parameters' | 'note' | 'example'> &
    Partial<LanguageFunction>,
): LanguageFunction => ({
  kind: 'reducer',
  follows: stream,
  returns: 'Scalar',
  where: 'anywhere',
  ...given,
});

const comparison = (
  given: Pick<LanguageFunction, 'name' | 'parameters' | 'note' | 'example'> &
    Partial<LanguageFunction>,
): LanguageFunction => ({
  kind: 'comparison',
  follows: scalar,
  returns: 'Comparator',
  where: 'anywhere',
  ...given,
});

const one = (kind: ParameterKind, label: string): Parameter[] => [{ kind, label }];
const some = (kind: ParameterKind, label: string): Parameter[] => [{ kind, label, rest: true }];

export const functions: readonly LanguageFunction[] = [
  extractor({
    name: 'event',
    parameters: [name('event name')],
    returns: 'VectorExtractor',
    note: 'The events of this name',
    example: "event('Shoes Bought').count() >= 1",
    otherNames: ['track', 'events'],
  }),
  extractor({
    name: 'entity',
    parameters: [name('relationship slug')],
    returns: 'VectorExtractor',
    note: 'The related entities; linked audiences only, and may nest in the where of another entity',
    example: "entity('orders').where(entity('order-products').count() >= 1).count() >= 1",
    otherNames: ['object', 'relationship'],
  }),
  extractor({
    name: 'trait',
    parameters: [name('trait name')],
    returns: 'ScalarExtractor',
    note: 'A trait of the profile; another audience is a trait named by its key; dots walk into objects, a literal dot is written \\.',
    example: "trait('total_spend') > 200",
    otherNames: ['user', 'profile', 'attribute', 'usertrait', 'audience'],
  }),
  extractor({
    name: 'property',
    parameters: [{ kind: 'name', label: 'property name', parent: true }],
    returns: 'ScalarExtractor',
    where: 'inside',
    note: 'A property of the event or entity; in a funnel property(parent: …) is one of the outer event',
    example: "event('Shoes Bought').where(property('price') >= 100).count() >= 1",
    otherNames: ['prop', 'properties'],
  }),
  extractor({
    name: 'context',
    parameters: [name('path')],
    returns: 'ScalarExtractor',
    where: 'inside',
    note: "A field of the event's context",
    example: "event('Page Viewed').where(context('page.url').contains('sale')).count() >= 1",
  }),
  extractor({
    name: 'literal',
    parameters: [{ kind: 'value', label: 'value' }],
    returns: 'Literal',
    note: 'A fixed value; a bare string or number means the same',
    example: "trait('total_spend') > literal(200)",
    otherNames: ['value'],
  }),

  filter({
    name: 'where',
    parameters: [{ kind: 'definition', label: 'condition' }],
    returns: 'StreamFilter',
    note: 'Keeps those for which the condition holds',
    example: "event('Shoes Bought').where(property('price') >= 100).count() >= 1",
    otherNames: ['filter', 'having', 'with'],
  }),
  filter({
    name: 'sources',
    parameters: [{ kind: 'exclusion', label: '{exclude: source ids}' }],
    returns: 'StreamFilter',
    note: 'Leaves out the events of some sources',
    example: "event('Shoes Bought').sources({exclude: 'src_1', 'src_2'}).count() >= 1",
    otherNames: ['excludesources'],
  }),
  filter({
    name: 'within',
    parameters: [{ ...duration('length'), parent: true }],
    returns: 'WindowedFilter',
    note: 'Keeps those of the last hours or days; with parent: those so close to the outer event',
    example: "event('Shoes Bought').within(7 days).count() >= 1",
    otherNames: ['during', 'inlast', 'last'],
  }),
  filter({
    name: 'between',
    parameters: [duration('start'), duration('end')],
    returns: 'WindowedFilter',
    note: 'Keeps those between so long and so long ago',
    example: "event('Shoes Bought').between(7 days, 10 days).count() >= 1",
  }),
  filter({
    name: 'expires_after',
    parameters: [duration('length', ['second', 'hour', 'day'])],
    returns: 'WindowedFilter',
    note: 'A session window; made for computed traits',
    example: "event('Page Viewed').expires_after(1 hour).count() >= 5",
  }),

  reducer({
    name: 'count',
    parameters: [],
    follows: [...stream, 'ListScalar'],
    note: 'How many there are',
    example: "event('Shoes Bought').count() >= 1",
    otherNames: ['size', 'length', 'total', 'times'],
  }),
  reducer({
    name: 'sum',
    parameters: [property()],
    note: 'The sum of a property',
    example: "event('Shoes Bought').sum(property('price')) > 500",
    otherNames: ['total', 'add'],
  }),
  reducer({
    name: 'avg',
    parameters: [property()],
    note: 'The average of a property',
    example: "event('Shoes Bought').avg(property('price')) > 80",
    otherNames: ['average', 'mean'],
  }),
  reducer({
    name: 'max',
    parameters: [property(['number', 'string'])],
    note: 'The largest value of a property',
    example: "event('Shoes Bought').max(property('price')) > 300",
    otherNames: ['maximum', 'highest', 'largest'],
  }),
  reducer({
    name: 'min',
    parameters: [property(['number', 'string'])],
    note: 'The smallest value of a property',
    example: "event('Shoes Bought').min(property('price')) < 30",
    otherNames: ['minimum', 'lowest', 'smallest'],
  }),
  reducer({
    name: 'mode',
    parameters: [
      property(['string', 'number', 'array']),
      { kind: 'number', label: 'least frequency', optional: true },
    ],
    note: 'The most frequent value of a property, if it occurs often enough',
    example: "event('Shoes Bought').mode(property('category'), 2) = 'running'",
    otherNames: ['mostfrequent', 'mostcommon'],
  }),
  reducer({
    name: 'first',
    parameters: [property()],
    note: 'The value of a property in the first of them',
    example: "event('Shoes Bought').first(property('category')) = 'hiking'",
    otherNames: ['earliest'],
  }),
  reducer({
    name: 'last',
    parameters: [property()],
    note: 'The value of a property in the last of them',
    example: "event('Shoes Bought').last(property('category')) = 'hiking'",
    otherNames: ['latest'],
  }),
  reducer({
    name: 'unique',
    parameters: [property()],
    returns: 'ListScalar',
    note: 'The different values of a property; only count() may follow',
    example: "event('Shoes Bought').unique(property('category')).count() >= 3",
    otherNames: ['distinct', 'uniquevalues'],
  }),

  comparison({
    name: 'equals',
    operator: '=',
    parameters: one('scalar', 'value'),
    note: 'Is the same',
    example: "trait('plan') = 'vip'",
    otherNames: ['is', 'eq'],
  }),
  comparison({
    name: 'differs',
    operator: '!=',
    parameters: one('scalar', 'value'),
    note: 'Exists and is not the same; for missing or different write NOT … = …, or add absent()',
    example: "trait('plan') != 'vip'",
    otherNames: ['isnot', 'ne', 'neq', 'notequals'],
  }),
  comparison({
    name: 'exists',
    parameters: [],
    note: 'Has a value',
    example: "trait('email').exists()",
    otherNames: ['isset', 'isnotnull', 'notnull', 'hasvalue'],
  }),
  comparison({
    name: 'absent',
    parameters: [],
    note: 'Has no value',
    example: "trait('email').absent()",
    otherNames: ['isnull', 'notexists', 'missing', 'isempty', 'notset'],
  }),
  comparison({
    name: 'greater_than',
    operator: '>',
    parameters: one('scalar', 'value'),
    note: 'Is more',
    example: "trait('total_spend') > 200",
    otherNames: ['gt', 'morethan'],
  }),
  comparison({
    name: 'at_least',
    operator: '>=',
    parameters: one('scalar', 'value'),
    note: 'Is as much or more',
    example: "trait('total_spend') >= 200",
    otherNames: ['gte'],
  }),
  comparison({
    name: 'less_than',
    operator: '<',
    parameters: one('scalar', 'value'),
    note: 'Is less',
    example: "trait('total_spend') < 200",
    otherNames: ['lt'],
  }),
  comparison({
    name: 'at_most',
    operator: '<=',
    parameters: one('scalar', 'value'),
    note: 'Is as much or less',
    example: "trait('total_spend') <= 200",
    otherNames: ['lte'],
  }),
  comparison({
    name: 'contains',
    parameters: some('text', 'text'),
    note: 'Has one of the texts in it',
    example: "trait('email').contains('@example.com', '@example.org')",
    otherNames: ['like', 'includes', 'matches'],
  }),
  comparison({
    name: 'omits',
    parameters: one('text', 'text'),
    note: 'Does not have the text in it',
    example: "trait('email').omits('test')",
    otherNames: ['notcontains', 'excludes'],
  }),
  comparison({
    name: 'starts_with',
    parameters: one('text', 'text'),
    note: 'Begins with the text',
    example: "trait('phone').starts_with('+49')",
    otherNames: ['beginswith'],
  }),
  comparison({
    name: 'ends_with',
    parameters: one('text', 'text'),
    note: 'Ends with the text',
    example: "trait('email').ends_with('@example.com')",
  }),
  comparison({
    name: 'one_of',
    parameters: some('value', 'value'),
    note: 'Is exactly one of the values',
    example: "trait('country').one_of('DE', 'AT', 'CH')",
    otherNames: ['in', 'anyof'],
  }),
  comparison({
    name: 'none_of',
    parameters: some('value', 'value'),
    note: 'Is none of the values',
    example: "trait('country').none_of('DE', 'AT', 'CH')",
    otherNames: ['notin'],
  }),
  comparison({
    name: 'before_date',
    parameters: one('timestamp', 'time'),
    note: 'Is earlier',
    example: "trait('created_at').before_date('2026-01-01T00:00:00Z')",
    otherNames: ['before'],
  }),
  comparison({
    name: 'after_date',
    parameters: one('timestamp', 'time'),
    note: 'Is later',
    example: "trait('created_at').after_date('2026-01-01T00:00:00Z')",
    otherNames: ['after', 'since'],
  }),
  comparison({
    name: 'within_last',
    parameters: [duration('length')],
    note: 'Lies between so long ago and now, both included',
    example: "trait('last_seen').within_last(7 days)",
    otherNames: ['inlast', 'newerthan'],
  }),
  comparison({
    name: 'within_next',
    parameters: [duration('length')],
    note: 'Lies between now and so long from now, both included',
    example: "trait('renewal_date').within_next(30 days)",
  }),
  comparison({
    name: 'before_last',
    parameters: [duration('length')],
    note: 'Lies longer ago than that',
    example: "trait('last_seen').before_last(90 days)",
    otherNames: ['olderthan'],
  }),
  comparison({
    name: 'after_next',
    parameters: [duration('length')],
    note: 'Lies further ahead than that',
    example: "trait('renewal_date').after_next(30 days)",
  }),
];
