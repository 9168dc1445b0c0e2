/*
 * Ways in which people spoil a definition. Each takes a valid one and gives it as it is wrongly
 * written, together with what it meant before.
 */

/** What became of a definition. */
export interface Spoilt {
  /** As it is wrongly written. */
  text: string;
  /**
   * The valid definitions that say what is meant, as well as one can; none if what is written has no
   * clear meaning in the language, so that no fix may give a valid definition.
   */
  meant: readonly string[];
}

/** A way to spoil a definition. */
export interface Spoiler {
  /** What it does, as in "leaves out a dot". */
  name: string;
  /** @param pick chooses one of this many places. @returns undefined if it finds no place. */
  spoil: (query: string, pick: (count: number) => number) => Spoilt | undefined;
}

/** A place in a query that a pattern found. */
interface Place {
  start: number;
  end: number;
  match: RegExpExecArray;
}

/** Where a pattern matches in a query, from a place outside of strings on. */
function placesOf(query: string, pattern: RegExp): Place[] {
  const strings = [...query.matchAll(/'(?:\\.|[^'\\])*'/gs)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  }));
  const isInside = (offset: number) =>
    strings.some(({ start, end }) => offset > start && offset < end);
  return [...query.matchAll(new RegExp(pattern, 'gs'))]
    .filter(({ index }) => !isInside(index))
    .map((match) => ({ start: match.index, end: match.index + match[0].length, match }));
}

type Rewrite = string | ((match: RegExpExecArray) => string);

const textFor = (rewrite: Rewrite, match: RegExpExecArray) =>
  typeof rewrite === 'string' ? rewrite : rewrite(match);

const put = (query: string, { start, end }: Place, text: string) =>
  query.slice(0, start) + text + query.slice(end);

/** Rewrites one place that a pattern finds; the meaning stays. */
function at(name: string, pattern: RegExp, rewrite: Rewrite): Spoiler {
  return {
    name,
    spoil: (query, pick) => {
      const places = placesOf(query, pattern);
      const place = places[pick(places.length)];
      if (!place) return undefined;
      return { text: put(query, place, textFor(rewrite, place.match)), meant: [query] };
    },
  };
}

/** Rewrites one place in two ways: as it is meant, and as it is wrongly written. */
function both(name: string, pattern: RegExp, meant: Rewrite, written: Rewrite): Spoiler {
  return {
    name,
    spoil: (query, pick) => {
      const places = placesOf(query, pattern);
      const place = places[pick(places.length)];
      if (!place) return undefined;
      return {
        text: put(query, place, textFor(written, place.match)),
        meant: [put(query, place, textFor(meant, place.match))],
      };
    },
  };
}

/** Rewrites one place so that it has no clear meaning anymore. */
function lost(name: string, pattern: RegExp, written: Rewrite): Spoiler {
  const { spoil } = at(name, pattern, written);
  return {
    name,
    spoil: (query, pick) => {
      const spoilt = spoil(query, pick);
      return spoilt && { text: spoilt.text, meant: [] };
    },
  };
}

/** The comparison that a negated name may stand for, apart from what is said of missing values. */
const counterparts: Readonly<Record<string, string>> = {
  equals: 'differs',
  differs: 'equals',
  exists: 'absent',
  absent: 'exists',
  one_of: 'none_of',
  none_of: 'one_of',
  at_least: 'less_than',
  less_than: 'at_least',
};

/** Comparisons that can be denied in their name; of others it is not known what they are. */
const deniable =
  'equals|differs|exists|absent|one_of|none_of|at_least|less_than|contains|omits|starts_with|ends_with|within_last|within_next|before_last|after_next|before_date|after_date';

/** Rewrites `NOT x.comparison(…)` with the negation in the name. */
function negated(name: string, written: (comparison: string) => string): Spoiler {
  const pattern = new RegExp(`\\bNOT ((?:trait|property)\\('[^']*'\\))\\.(${deniable})(?=\\()`);
  return {
    name,
    spoil: (query, pick) => {
      const places = placesOf(query, pattern);
      const place = places[pick(places.length)];
      if (!place) return undefined;
      const [subject, comparison] = [group(place.match, 1), group(place.match, 2)];
      const counterpart = counterparts[comparison];
      const others = counterpart ? [put(query, place, `${subject}.${counterpart}`)] : [];
      const text = put(query, place, `${subject}.${written(comparison)}`);
      return { text, meant: [query, ...others] };
    },
  };
}

/** Rewrites the whole. */
function whole(name: string, rewrite: (query: string) => string): Spoiler {
  return { name, spoil: (query) => ({ text: rewrite(query), meant: [query] }) };
}

const group = (match: RegExpExecArray, index: number) => match[index] ?? '';
const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const inner = (match: RegExpExecArray) => group(match, 0).slice(1, -1);

const callName = /\b[a-z_]{3,}(?=\()/;
const string = /'(?:\\.|[^'\\])*'/;
/** Not in the name of an extractor, where a name without quotes could be anything. */
const value = /(?<=[=<>(,] ?)'[a-z]+'(?=[ ),]|$)/;
/** A trait or property, and what it is compared with by an operator. */
const simple = /\b(trait|property)\('([a-z_]+)'\) ?(>=|<=|!=|=|>|<) ?('[a-z]+'|\d+)(?![\d.])/;
const count = /\.count\(\) ?>= ?(\d+)(?![\d.])/;
const days = /(\d+) days?\b/;
const streamWindow = /\.within\((\d+) (days|hours)\)/;

/** All ways, of which each stands by itself. */
export const spoilers: readonly Spoiler[] = [
  whole('leaves it as it is', (query) => query),
  // Names
  at('swaps two letters of a function', callName, ({ 0: name }) =>
    name.length < 5
      ? `${name}e`
      : `${name.slice(0, 2)}${name.charAt(3)}${name.charAt(2)}${name.slice(4)}`,
  ),
  at(
    'leaves out a letter of a function',
    callName,
    ({ 0: name }) => name.slice(0, 2) + name.slice(3),
  ),
  at('doubles a letter of a function', callName, ({ 0: name }) => name.slice(0, 3) + name.slice(2)),
  at('writes a function in camel case', /\b[a-z]+_[a-z_]+(?=\()/, ({ 0: name }) => camel(name)),
  at('writes a function in capitals', callName, ({ 0: name }) => name.toUpperCase()),
  at('begins a function with a capital', callName, ({ 0: name }) => capital(name)),
  at('puts a function into the plural', callName, ({ 0: name }) => `${name}s`),
  at('names a function that there is not', callName, 'frobnicate'),
  at('names a comparison of another language', /\.(at_least|equals|less_than)(?=\()/, (match) => {
    const others: Record<string, string> = { at_least: '.gte', equals: '.eq', less_than: '.lt' };
    return others[group(match, 1)] ?? '';
  }),
  // Negations and opposites
  ...['un', 'n', 'non', 'in'].map((prefix) =>
    negated(
      `puts the NOT of a condition into the name as ${prefix}`,
      // An n before eq or oneOf gives a name of its own.
      (comparison) => (/^one|^.{1,3}$/i.test(comparison) ? 'anti' : prefix) + comparison,
    ),
  ),
  ...['or_', 'i', 'ex', 'anti'].map((prefix) =>
    lost(`puts ${prefix} before the name of a function`, callName, ({ 0: name }) => prefix + name),
  ),
  negated('puts the NOT of a condition into the name', (comparison) => `not_${comparison}`),
  negated(
    'puts the NOT of a condition into the name, in camel case',
    (comparison) => `not${capital(camel(comparison))}`,
  ),
  both(
    'denies a comparison in its name',
    /\b((?:trait|property)\('[^']*'\))\.(contains|starts_with|ends_with|one_of|within_last|before_date)(\([^()]*\))/,
    (match) => `NOT ${group(match, 0)}`,
    (match) => `${group(match, 1)}.does_not_${group(match, 2)}${group(match, 3)}`,
  ),
  lost('mixes two opposite comparisons', /\.(before_last|within_last)(?=\()/, '.before_next'),
  lost(
    'names sources without saying whether they are left out',
    /\.sources\(\{exclude: ('[^']*')\}\)/,
    (match) => `.sources(${group(match, 1)})`,
  ),
  at(
    'says exclude in the name',
    /\.sources\(\{exclude: ('[^']*')\}\)/,
    (match) => `.exclude_sources(${group(match, 1)})`,
  ),
  lost('says include of sources', /\{exclude:/, '{include:'),
  at('writes NOT as a sign', /\bNOT /, '!'),
  at('writes NOT in small letters', /\bNOT\b/, 'not'),
  // Joints
  at('writes AND as signs', / AND /, ' && '),
  at('writes OR as signs', / OR /, ' || '),
  at('writes a joint in small letters', /\b(?:AND|OR)\b/, ({ 0: word }) => word.toLowerCase()),
  at('leaves out a joint', / (?:AND|OR) /, ' '),
  at('writes a comma for AND', / AND /, ', '),
  at('misspells a joint', /\bAND\b/, 'ADN'),
  both(
    'joins by NOR',
    /^([^()]*(?:\([^()]*\)[^()]*)*) OR ([^()]*(?:\([^()]*\)[^()]*)*)$/,
    (match) => `NOT (${group(match, 0)})`,
    (match) => `${group(match, 1)} NOR ${group(match, 2)}`,
  ),
  lost('joins by XOR', / OR /, ' XOR '),
  lost('joins by UNLESS', / AND /, ' UNLESS '),
  // Brackets, dots and quotes
  at('leaves out a closing bracket', /\)/, ''),
  at('leaves out an opening bracket', /\(/, ''),
  at('doubles a closing bracket', /\)/, '))'),
  at('doubles an opening bracket', /\(/, '(('),
  at(
    'groups by braces',
    /(?<![a-z_])\(((?:[^(){}]|\([^(){}]*\))*)\)/,
    (match) => `{${group(match, 1)}}`,
  ),
  at('leaves out a dot', /\.(?=[a-z_]+\()/, ' '),
  at('doubles a dot', /\.(?=[a-z_]+\()/, '..'),
  at('writes a string in double quotes', string, (match) => `"${inner(match)}"`),
  at('writes a string in curly quotes', string, (match) => `‘${inner(match)}’`),
  at('writes a string in backticks', string, (match) => `\`${inner(match)}\``),
  at('leaves out the quotes of a value', value, inner),
  at('leaves out the quotes of a name', /(?<=(?:event|trait)\()'[A-Za-z_]+'/, inner),
  at('leaves out a closing quote', string, ({ 0: text }) => text.slice(0, -1)),
  at('leaves out an opening quote', string, ({ 0: text }) => text.slice(1)),
  both('doubles an apostrophe as SQL does', value, "'it\\'s'", "'it''s'"),
  // Operators and values
  at('writes three equals signs', /(?<=\) ?)=(?=[ '\d])(?!=)/, '==='),
  at('writes an operator the wrong way round', />=/, '=>'),
  at('writes SQL’s operator for not equal', /!=/, '<>'),
  at('writes an operator in one sign', />=/, '≥'),
  at('compares in words', / ?>= ?(?=\d)/, ' at least '),
  at('compares by is', /(?<=\)) ?= ?(?='[a-z]+')/, ' is '),
  at('puts the value first', simple, (match) => {
    const turned: Record<string, string> = { '>=': '<=', '<=': '>=', '>': '<', '<': '>' };
    const operator = turned[group(match, 3)] ?? group(match, 3);
    return `${group(match, 4)} ${operator} ${group(match, 1)}('${group(match, 2)}')`;
  }),
  both(
    'writes a range as mathematics does',
    /\b(trait|property)\('([a-z_]+)'\) ?>= ?(\d+)(?![\d.])/,
    (match) => `(${group(match, 0)} AND ${group(match, 1)}('${group(match, 2)}') < 9)`,
    (match) => `${group(match, 3)} <= ${group(match, 1)}('${group(match, 2)}') < 9`,
  ),
  both(
    'writes a range as a call',
    /\b(trait|property)\('([a-z_]+)'\) ?>= ?(\d)(?![\d.])/,
    (match) => `(${group(match, 0)} AND ${group(match, 1)}('${group(match, 2)}') <= 9)`,
    (match) => `${group(match, 1)}('${group(match, 2)}').between(${group(match, 3)}, 9)`,
  ),
  both(
    'writes the left side of a range once',
    /\b(trait|property)\('([a-z_]+)'\) ?>= ?(\d)(?![\d.])/,
    (match) => `(${group(match, 0)} AND ${group(match, 1)}('${group(match, 2)}') <= 9)`,
    (match) => `(${group(match, 0)} AND <= 9)`,
  ),
  both('writes thousands with a comma', /(?<=[<>]=? ?)\d+(?![\d.,])/, '1500', '1,500'),
  lost(
    'puts a currency before a number',
    /(?<=[<>]=? ?)\d+(?![\d.])/,
    ({ 0: number }) => `€${number}0`,
  ),
  lost('computes with a value', /(?<=[<>]=? ?)\d+(?![\d.])/, ({ 0: number }) => `${number} * 2`),
  lost('writes a percentage', /(?<=[<>]=? ?)\d+(?![\d.])/, ({ 0: number }) => `${number}%`),
  lost('writes a date as in other countries', /(?<=[=<>(] ?)'2026-\d\d-\d\dT[^']*'/, '05.01.2026'),
  both('writes true without quotes', /(?<== ?)'vip'/, "'true'", 'true'),
  both('leaves out the word absent', /\.absent\(\)/, '.absent()', ' = null'),
  at('says is null', /\.absent\(\)/, ' IS NULL'),
  at('gives equals several values', /\.one_of(?=\('?[^()]*,)/, '.equals'),
  at('compares with a list', /\.one_of(?=\('[^()]*,)/, ' = '),
  at(
    'joins the values of a list by OR',
    /\.one_of\(('[^'()]*'), ?('[^'()]*')\)/,
    (match) => ` = (${group(match, 1)} OR ${group(match, 2)})`,
  ),
  at(
    'puts values into square brackets',
    /\.one_of\(([^()]*)\)/,
    (match) => `.one_of([${group(match, 1)}])`,
  ),
  at('writes in as SQL does', /\.one_of(?=\([^()]*\))/, ' IN '),
  at('writes a pattern as SQL does', /\.starts_with\('v'\)/, " LIKE 'v%'"),
  at('gives like a pattern', /\.ends_with\('b'\)/, ".like('%b')"),
  lost('gives like a pattern with a gap', /\.ends_with\('b'\)/, ".like('a_b')"),
  // Lengths of time
  at(
    'gives a window as an argument',
    /(\bevent\('[^']*')\)\.within\((\d+ days)\)/,
    (match) => `${group(match, 1)}, within: ${group(match, 2)})`,
  ),
  at('puts a length of time into quotes', days, ({ 0: text }) => `'${text}'`),
  at('shortens a unit', days, (match) => `${group(match, 1)}d`),
  at(
    'divides a length of time by a comma',
    streamWindow,
    (match) => `.within(${group(match, 1)}, '${group(match, 2)}')`,
  ),
  at(
    'names a length of time by its unit',
    streamWindow,
    (match) => `.within(${group(match, 2)}: ${group(match, 1)})`,
  ),
  at(
    'writes last before a length of time',
    streamWindow,
    (match) => `.within(last ${group(match, 1)} ${group(match, 2)})`,
  ),
  both(
    'counts in weeks',
    streamWindow,
    (match) => `.within(${7 * Number(group(match, 1))} days)`,
    (match) => `.within(${group(match, 1)} weeks)`,
  ),
  lost('leaves out a unit', days, (match) => group(match, 1)),
  at(
    'calls a window of events within_last',
    streamWindow,
    (match) => `.within_last(${group(match, 1)} ${group(match, 2)})`,
  ),
  at(
    'writes a window in words behind the comparison',
    /\.within\((\d+ (?:days|hours))\)(\.[a-z]+\((?:property\('[a-z]+'\))?\) ?(?:[<>]=?|=) ?\d+)(?![\d.])/,
    (match) => `${group(match, 2)} in the last ${group(match, 1)}`,
  ),
  at(
    'writes of parent behind a length of time',
    /\(parent: (\d+ (?:days?|hours?))\)/,
    (match) => `(${group(match, 1)} of parent)`,
  ),
  at('leaves out the colon after parent', /\(parent: /, '(parent '),
  // Calls
  at('gives count the number', count, (match) => `.count(${group(match, 1)})`),
  at(
    'counts distinct values as SQL does',
    /\.unique\(([^()]*\([^()]*\))\)\.count\(\)/,
    (match) => `.count_distinct(${group(match, 1)})`,
  ),
  at('writes a trait as a path', /\btrait\('([a-z_]+)'\)/, (match) => `traits.${group(match, 1)}`),
  at(
    'writes a trait as a path from the user',
    /\btrait\('([a-z_]+)'\)/,
    (match) => `user.traits.${group(match, 1)}`,
  ),
  at(
    'writes a property as a path',
    /(?<=where\()property\('([a-z_]+)'\)/,
    (match) => `properties.${group(match, 1)}`,
  ),
  at(
    'writes a property as a string',
    /(?<=where\()property\(('[a-z_]+')\)(?= ?[=<>]+ ?['\d])/,
    (match) => group(match, 1),
  ),
  at('writes a property as a word', /(?<=where\()property\('([a-z_]+)'\)/, (match) =>
    group(match, 1),
  ),
  at(
    'gives a reducer the name alone',
    /(?<=\.(?:sum|avg|max|min|first|last)\()property\(('[a-z_]+')\)/,
    (match) => group(match, 1),
  ),
  both(
    'gives the event its condition',
    /\bevent\('([A-Za-z]+)'\)/,
    (match) => `event('${group(match, 1)}').where(property('price') > 3)`,
    (match) => `event('${group(match, 1)}', property('price') > 3)`,
  ),
  both(
    'gives a trait its value',
    /\btrait\('([a-z_]+)'\) ?==? ?('[a-z]+'|\d+)(?![\d.])/,
    (match) => `trait('${group(match, 1)}') = ${group(match, 2)}`,
    (match) => `trait('${group(match, 1)}', ${group(match, 2)})`,
  ),
  lost('leaves out an argument', /(?<=\b(?:event|trait|property)\()'[^']*'(?=\))/, ''),
  lost('leaves out a value', /(?<=[<>]=? ?)\d+(?![\d.])(?= |$|\))/, ''),
  at(
    'divides conditions of a where by a comma',
    /(?<=where\(property\([^()]*\)[^()]*) AND (?=property)/,
    ', ',
  ),
  // What stands around it
  whole('puts quotes around the whole', (query) => `"${query}"`),
  whole('puts a label before it', (query) => `query: ${query}`),
  whole('puts a fence around it', (query) => `\`\`\`\n${query}\n\`\`\``),
  whole('ends it like a statement', (query) => `${query};`),
  whole('ends it like a sentence', (query) => `${query} .`),
  whole('puts a byte-order mark before it', (query) => `\ufeff${query}`),
  at('writes a space that does not break', / /, '\u00a0'),
  lost('says more in words behind it', /$/, ' on mobile devices'),
  lost('says more in words before it', /^/, 'people in Berlin with '),
];

/** Ways to spoil a definition of accounts, besides the others. */
export const accountSpoilers: readonly Spoiler[] = [
  at('writes NONE for ALL NOT', /\bALL NOT\b/, 'NONE'),
  at('writes EVERY for ALL', /\bALL\b/, 'EVERY'),
  at('writes SOME for ANY', /\bANY\b/, 'SOME'),
  at('writes ANY and ALL in small letters', /\b(?:ANY|ALL)\b/, ({ 0: word }) => word.toLowerCase()),
];
