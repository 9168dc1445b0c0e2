import type { Span } from './ast.ts';
import { keepsMeaning } from './fix-meaning.ts';
import { maxComparedChars, maxDiagnostics, maxErrorsRead, maxQueryChars } from './limits.ts';

/**
 * - `error`: the reference of the language rules it out.
 * - `warning`: legal but surely unmeant, or something that the reference does not settle.
 * - `hint`: right, but there is a better way to write it.
 */
export type Severity = 'error' | 'warning' | 'hint';

/** A replacement of a part of the query that resolves a diagnostic. */
export interface Fix extends Span {
  text: string;
}

/** What a rule found. */
export interface Finding extends Span {
  severity: Severity;
  /** Stable, in kebab case. */
  code: string;
  /** What is wrong, in one sentence. */
  message: string;
  /** What to do about it. */
  help?: string;
  fix?: Fix;
}

/** What to do about a finding. */
export type Advice = Pick<Finding, 'help' | 'fix'>;

/** Advice that takes effort to give: it is only asked for where the finding is shown. */
type LazyAdvice = () => Advice;

/** A finding of which the advice may still have to be asked for. */
interface GatheredFinding extends Omit<Finding, 'help' | 'fix'> {
  advice: Advice | LazyAdvice;
  withFix: boolean;
}

/** A finding with its place as people count it. */
export interface Diagnostic extends Finding {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 code units. */
  column: number;
}

/** Gathers findings while a query is read; each place is reported once for each code. */
export class Findings {
  readonly #found: GatheredFinding[] = [];
  /** The places of each code, as numbers: there may be as many as characters. */
  readonly #seen = new Map<string, Set<number>>();
  readonly #brokenAt = new Set<number>();
  #withFixes = true;
  #comparableChars = maxComparedChars;
  #limit: GatheredFinding | undefined;
  #trustedUntil = Number.POSITIVE_INFINITY;
  #errors = 0;
  readonly #maxErrors: number;

  /** @param maxErrors after which nothing more is read. */
  constructor(maxErrors = maxErrorsRead) {
    this.#maxErrors = maxErrors;
  }

  /**
   * From now on findings go without fixes: where the form of a query is broken, what was read may
   * not be what was meant, and a replacement in it could make things worse.
   */
  withholdFixes(): void {
    this.#withFixes = false;
  }

  /**
   * For a query that is beyond what is read: nothing else is reported of it then, because most of it
   * was not looked at. The reference states no such limit, so it is no error.
   */
  beyondLimit(code: string, span: Span, message: string): void {
    const help = 'Segment may accept it. Shorten it, or split it into several audiences.';
    const { start, end } = span;
    this.#limit ??= {
      severity: 'warning',
      code,
      message: `${message}, so nothing of it was checked.`,
      start,
      end,
      advice: { help },
      withFix: false,
    };
  }

  /**
   * From here on it is not clear what is a string and what is code: what was found there, or touches it, is
   * forgotten and not gathered any more.
   */
  distrustFrom(offset: number): void {
    this.#trustedUntil = offset;
    const found = this.#found.splice(0);
    this.#found.push(
      ...found.filter(({ code, end }) => code === 'unterminated-string' || end < offset),
    );
  }

  /** Whether something was found for this code, also where it was forgotten since. */
  has(code: string): boolean {
    return this.#seen.has(code);
  }

  /** Says that what ends here is not read to its end, so that it is not missed either. */
  breakAt(end: number): void {
    this.#brokenAt.add(end);
  }

  /** Whether what ends here was not read to its end. */
  isBrokenAt(end: number): boolean {
    return this.#brokenAt.has(end);
  }

  /** Whether the query is beyond what is read. */
  get isBeyondLimit(): boolean {
    return this.#limit !== undefined;
  }

  /** Adds an error. */
  error(code: string, span: Span, message: string, advice: Advice | LazyAdvice = {}): void {
    this.#add('error', code, span, message, advice);
  }

  /** Adds a warning. */
  warn(code: string, span: Span, message: string, advice: Advice | LazyAdvice = {}): void {
    this.#add('warning', code, span, message, advice);
  }

  /** Adds a hint. */
  hint(code: string, span: Span, message: string, advice: Advice | LazyAdvice = {}): void {
    this.#add('hint', code, span, message, advice);
  }

  /** Adds a finding, unless its place is distrusted or was reported for the same code. */
  #add(
    severity: Severity,
    code: string,
    { start, end }: Span,
    message: string,
    advice: Advice | LazyAdvice,
  ): void {
    if (end >= this.#trustedUntil || !this.#isNew(code, start, end)) return;
    if (severity === 'error') this.#errors += 1;
    this.#found.push({ severity, code, message, start, end, advice, withFix: this.#withFixes });
  }

  #isNew(code: string, start: number, end: number): boolean {
    const places = this.#seen.get(code) ?? new Set();
    this.#seen.set(code, places);
    const { size } = places;
    return places.add(start * (maxQueryChars + 1) + end).size > size;
  }

  /** How much has been found so far, of any severity. */
  get count(): number {
    return this.#found.length;
  }

  /**
   * Forgets the errors found so far: they follow from one that is reported instead. What else was found
   * has to wait until that is fixed.
   */
  dropErrors(): void {
    const others = this.#found
      .filter(({ severity }) => severity !== 'error')
      .map((finding) => ({ ...finding, withFix: false }));
    this.#found.splice(0, this.#found.length, ...others);
    this.#seen.clear();
    this.#errors = 0;
  }

  /** Whether so many errors were found that the rest is not read. */
  get isFull(): boolean {
    return this.#errors >= this.#maxErrors;
  }

  /** How many errors have been found so far. */
  get errors(): number {
    return this.#errors;
  }

  /**
   * The fix of a finding if the definition says the same with it; help stays where it does not. What
   * looks like a comment in a broken form may be a part of a value. Of very long replacements only the
   * first are compared.
   */
  #safeFix(query: string, { fix, code }: Finding): Pick<Finding, 'fix'> {
    if (!fix || (code === 'comment' && this.#errors > 0)) return { fix: undefined };
    this.#comparableChars -= fix.end - fix.start + fix.text.length;
    const isSure = this.#comparableChars > 0;
    const keeps = isSure && keepsMeaning(query.slice(fix.start, fix.end), fix.text);
    return { fix: keeps ? fix : undefined };
  }

  /**
   * All findings with their places, and of their fixes those that keep the meaning; errors are
   * kept before others when there are too many.
   */
  diagnostics(query: string): Diagnostic[] {
    const rank = { error: 0, warning: 1, hint: 2 };
    const places = new Places(query);
    this.#comparableChars = maxComparedChars;
    return (this.#limit ? [this.#limit] : [...this.#found])
      .sort((a, b) => rank[a.severity] - rank[b.severity] || a.start - b.start)
      .slice(0, maxDiagnostics)
      .sort((a, b) => a.start - b.start)
      .map(advised)
      .map((finding) => ({
        ...finding,
        ...places.of(finding.start),
        ...this.#safeFix(query, finding),
      }));
  }
}

function advised({ advice, withFix, ...finding }: GatheredFinding): Finding {
  const { help, fix } = typeof advice === 'function' ? advice() : advice;
  return { ...finding, help, fix: withFix ? fix : undefined };
}

/** The query with a fix applied. */
export function applyFix(query: string, fix: Fix): string {
  return query.slice(0, fix.start) + fix.text + query.slice(fix.end);
}

/** Counts lines and columns, once through the query for offsets that ascend. */
class Places {
  readonly #query: string;
  #line = 1;
  #lineStart = 0;

  constructor(query: string) {
    this.#query = query;
  }

  of(offset: number): { line: number; column: number } {
    for (;;) {
      const lineEnd = this.#query.indexOf('\n', this.#lineStart);
      if (lineEnd < 0 || lineEnd >= offset) break;
      this.#line += 1;
      this.#lineStart = lineEnd + 1;
    }
    return { line: this.#line, column: offset - this.#lineStart + 1 };
  }
}
