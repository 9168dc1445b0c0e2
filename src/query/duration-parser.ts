import type { Duration, Span } from './ast.ts';
import { unitMs } from './catalog.ts';
import { isSymbol, spanOf } from './cursor.ts';
import { isPlainNumber, plainNumber } from './numbers.ts';
import { ValueParser } from './value-parser.ts';

/** Reads lengths of time, also those that are written as they are said: "last 7 days", "7 days ago". */
export abstract class DurationParser extends ValueParser {
  /** Whether a number with a unit that is known is next. */
  protected atKnownDuration(): boolean {
    const unit = this.peek(isSymbol(this.token, '-') ? 2 : 1);
    return this.atDuration() && isUnit(unit.text);
  }

  /** Whether a number with a unit behind it is next. */
  protected atDuration(ahead = 0): boolean {
    const number = isSymbol(this.peek(ahead), '-') ? ahead + 1 : ahead;
    const unit = this.peek(number + 1);
    return (
      this.peek(number).kind === 'number' &&
      unit.kind === 'name' &&
      unit.text !== 'as' &&
      this.keywordAt(unit) === undefined
    );
  }

  /** duration = number name ; */
  protected duration(): Duration {
    const { start } = this.token;
    const isNegative = isSymbol(this.token, '-');
    if (isNegative) this.next();
    const number = this.next();
    const name = this.next();
    const unit = name.text.toLowerCase();
    const digits = plainNumber(number.text);
    if (isNegative) {
      const span = { start, end: number.end };
      const message = 'The reference does not speak of negative lengths of time.';
      this.findings.warn('negative-number', span, message, {
        help: 'A length looks into the past by itself: leave out the minus.',
        fix: { ...span, text: digits },
      });
    } else this.warnOfNumber(number);
    if (unit !== name.text && isUnit(unit)) {
      this.findings.warn('unit-case', name, 'The reference writes units in small letters.', {
        help: `Did you mean ${unit}?`,
        fix: { ...spanOf(name), text: unit },
      });
    }
    const amount = `${isNegative ? '-' : ''}${isPlainNumber(digits) ? digits : number.text}`;
    const span = this.spanFrom(start);
    return this.node({ kind: 'duration', amount, unit, unitSpan: spanOf(name), ...span });
  }

  /** How many words stand before a duration, as in "last 7 days". */
  protected wordsBeforeDuration(): number {
    let words = 0;
    while (this.peek(words).kind === 'name' && !isSymbol(this.peek(words + 1), '(')) words += 1;
    return words > 0 && this.atDuration(words) ? words : 0;
  }

  /** A duration with words around it that say what its function says already. */
  protected durationInWords(wordsBefore: number): Duration {
    const { start } = this.token;
    for (let word = 0; word < wordsBefore; word += 1) this.next();
    if (wordsBefore > 0) this.#surplus({ start, end: this.token.start }, this.spanFrom(start));
    const duration = this.duration();
    const after = this.token;
    const isNext = this.keywordAt(after) === 'AND' && this.atDuration(1);
    const words = isNext ? 0 : this.wordsOfArgument();
    if (words > 0 && !this.stopped) {
      for (let word = 0; word < words; word += 1) this.next();
      const { end } = this.spanFrom(after.start);
      this.#surplus({ start: duration.end, end }, { start: after.start, end });
    }
    return duration;
  }

  #surplus(removed: Span, words: Span): void {
    const text = this.query.slice(words.start, words.end);
    this.error('surplus-words', words, `"${text}" does not belong to a length of time.`, {
      help: 'Remove it; the name of the function says which way it goes.',
      fix: { ...removed, text: '' },
    });
  }

  /** Whether a unit is next with its number behind it. */
  protected atReversedDuration(): boolean {
    return this.token.kind === 'name' && isUnit(this.token.text) && this.peek().kind === 'number';
  }

  /** A duration whose unit stands before its number. */
  protected reversedDuration(): Duration {
    const name = this.next();
    const number = this.next();
    const unit = name.text.toLowerCase();
    const text = `${number.text} ${unit}`;
    const span = { start: name.start, end: number.end };
    this.error('unit-first', span, 'The number stands before its unit.', {
      help: `Did you mean ${text}?`,
      fix: { ...span, text },
    });
    const amount = plainNumber(number.text);
    return this.node({ kind: 'duration', amount, unit, unitSpan: spanOf(name), ...span });
  }
}

function isUnit(word: string): boolean {
  return Object.hasOwn(unitMs, word.toLowerCase().replace(/s$/, ''));
}
