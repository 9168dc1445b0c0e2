import type { Level } from './check-options.ts';
import { meaningOfPattern } from './foreign-comparison.ts';
import {
  type Conjunction,
  compared,
  comparisonTemplate,
  denied,
  joined,
  type Reading,
  type ReadValue,
  traitOf,
} from './readings.ts';
import { type Word, WordReader } from './words.ts';

/*
 * Reads SQL's SELECT and WHERE on a table of users or accounts, whose columns are traits.
 * Everything must be understood; other tables, joins and groups are not.
 *
 *   statement  = [ "SELECT" columns "FROM" table [ alias ] ] "WHERE" or [ ";" ] ;
 *   or         = and { "OR" and } ;
 *   and        = unary { "AND" unary } ;
 *   unary      = "NOT" unary | "(" or ")" | column comparison ;
 */

const tables: Readonly<Record<'users' | 'accounts', ReadonlySet<string>>> = {
  users: new Set(['users', 'user', 'profiles', 'customers', 'people', 'contacts', 'traits']),
  accounts: new Set(['accounts', 'account', 'companies']),
};

/** Columns that only identify the row. */
const ids = new Set(['*', 'id', 'user_id', 'userid', 'account_id', 'anonymous_id']);

/** The meaning of a statement; undefined if any part of it is not understood. */
export function readSql(words: readonly Word[], level: Level): Reading | undefined {
  return new SqlReader(words, level).statement();
}

/** How many levels of brackets and NOT are read. */
const maxDepth = 50;

class SqlReader {
  readonly #words: WordReader;
  /** What may precede a column: the table or an alias. */
  readonly #tableNames: Set<string>;
  readonly #tables: ReadonlySet<string>;
  #depth = 0;

  constructor(words: readonly Word[], level: Level) {
    this.#words = new WordReader(words);
    this.#tables = tables[level === 'accounts' ? 'accounts' : 'users'];
    this.#tableNames = new Set([...this.#tables, 'traits']);
  }

  statement(): Reading | undefined {
    const words = this.#words;
    if (words.take('select') && !this.#selects()) return undefined;
    if (!words.take('where')) return undefined;
    const reading = this.#or();
    words.take(';');
    return words.atEnd ? reading : undefined;
  }

  /** Whether it selects whole users or accounts from a table of them. */
  #selects(): boolean {
    const words = this.#words;
    words.take('distinct');
    do {
      if (!ids.has(this.#path().at(-1) ?? '')) return false;
    } while (words.take(','));
    if (!words.take('from')) return false;
    const table = this.#path().at(-1) ?? '';
    if (!this.#tables.has(table)) return false;
    words.take('as');
    if (words.peek()?.text.toLowerCase() !== 'where') {
      this.#tableNames.add(words.next()?.text.toLowerCase() ?? '');
    }
    return true;
  }

  /** Names joined by dots, in lowercase; empty if there is none. */
  #path(): string[] {
    return this.#names().map((name) => name.toLowerCase());
  }

  #names(): string[] {
    const words = this.#words;
    const names: string[] = [];
    do {
      const word = words.peek();
      const isName = word?.kind === 'word' || (word?.kind === 'quoted' && word.quote !== "'");
      if (!isName && word?.text !== '*') return [];
      names.push(word.text);
      words.next();
    } while (words.take('.'));
    return names;
  }

  #or(): Reading | undefined {
    return this.#junction('OR', () => this.#and());
  }

  #and(): Reading | undefined {
    return this.#junction('AND', () => this.#unary());
  }

  #junction(conjunction: Conjunction, operand: () => Reading | undefined): Reading | undefined {
    const readings: Reading[] = [];
    do {
      const reading = operand();
      if (!reading) return undefined;
      readings.push(reading);
    } while (this.#words.take(conjunction.toLowerCase()));
    return joined(conjunction, readings);
  }

  #unary(): Reading | undefined {
    const words = this.#words;
    this.#depth += 1;
    if (this.#depth > maxDepth) return undefined;
    const reading = this.#unaryWithin(words);
    this.#depth -= 1;
    return reading;
  }

  #unaryWithin(words: WordReader): Reading | undefined {
    if (words.take('not')) {
      const reading = this.#unary();
      return reading && denied(reading);
    }
    if (!words.take('(')) return this.#comparison();
    const reading = this.#or();
    return words.take(')') ? reading : undefined;
  }

  #comparison(): Reading | undefined {
    const words = this.#words;
    const subject = this.#column();
    if (words.take('is not null')) return compared(subject, comparisonTemplate('isnotnull'), []);
    if (words.take('is null')) return compared(subject, comparisonTemplate('isnull'), []);
    const isNegated = words.take('not');
    if (words.take('in')) {
      return compared(subject, comparisonTemplate(isNegated ? 'notin' : 'in'), this.#list());
    }
    if (words.take('like')) return this.#pattern(subject, isNegated);
    if (words.take('between')) return this.#range(subject, isNegated);
    const operator = isNegated ? undefined : words.next();
    const template = operator?.kind === 'sign' ? comparisonTemplate(operator.text) : undefined;
    const value = this.#value();
    return value && compared(subject, template, [value]);
  }

  /** A trait; only the name of the table may precede it. */
  #column(): string | undefined {
    const [first, ...rest] = this.#names();
    if (first === undefined) return undefined;
    if (rest.length === 0) return traitOf(first);
    return this.#tableNames.has(first.toLowerCase()) ? traitOf(rest.join('.')) : undefined;
  }

  /** A string, a number, or true or false, which the language writes as strings. */
  #value(): ReadValue | undefined {
    const words = this.#words;
    const sign = words.take('-') ? '-' : '';
    const word = words.next();
    if (word?.kind === 'number') return { text: sign + word.text, isNumber: true };
    if (sign !== '') return undefined;
    const isString = word?.kind === 'quoted' && word.quote !== '`';
    // Two adjacent strings are one string with a quote in it.
    if (isString && words.peek()?.kind !== 'quoted') return { text: word.text, isNumber: false };
    const isBoolean = word?.kind === 'word' && /^(true|false)$/i.test(word.text);
    return isBoolean ? { text: word.text.toLowerCase(), isNumber: false } : undefined;
  }

  #list(): ReadValue[] {
    const words = this.#words;
    const values: ReadValue[] = [];
    if (!words.take('(')) return [];
    do {
      const value = this.#value();
      if (!value) return [];
      values.push(value);
    } while (words.take(','));
    return words.take(')') ? values : [];
  }

  #pattern(subject: string | undefined, isNegated: boolean): Reading | undefined {
    const value = this.#value();
    const meaning = value && !value.isNumber ? meaningOfPattern(value.text, false) : undefined;
    if (!meaning) return undefined;
    const reading = compared(subject, comparisonTemplate(meaning.name), [
      { text: meaning.text, isNumber: false },
    ]);
    return reading && isNegated ? denied(reading) : reading;
  }

  #range(subject: string | undefined, isNegated: boolean): Reading | undefined {
    const from = this.#value();
    const isRange = this.#words.take('and');
    const to = this.#value();
    if (!from || !to || !isRange) return undefined;
    const [first, second] = isNegated ? ['<', '>'] : ['>=', '<='];
    const lower = compared(subject, comparisonTemplate(first ?? ''), [from]);
    const upper = compared(subject, comparisonTemplate(second ?? ''), [to]);
    return lower && upper && joined(isNegated ? 'OR' : 'AND', [lower, upper]);
  }
}
