import type { Span } from './ast.ts';
import type { DiagnosticCode } from './codes.ts';
import { keepsMeaning } from './fix-meaning.ts';
import { maxComparedChars, maxDiagnostics, maxErrorsRead, maxQueryChars } from './limits.ts';

/**
 * - `error`: the reference of the language rules it out.
 * - `warning`: legal but surely unintended, or not settled by the reference.
 * - `hint`: correct, but worth knowing or better written another way.
 */
export type Severity = 'error' | 'warning' | 'hint';

/** A replacement of part of the query that resolves a diagnostic. */
export interface Fix extends Span {
  text: string;
}

/** A finding of a rule. */
export interface Finding extends Span {
  severity: Severity;
  code: DiagnosticCode;
  /** What is wrong, in one sentence. */
  message: string;
  /** What to do about it. */
  help?: string;
  fix?: Fix;
}

/** What to do about a finding. */
export type Advice = Pick<Finding, 'help' | 'fix'>;

/** Advice that is expensive to compute: it is requested only if the finding is shown. */
type LazyAdvice = () => Advice;

/** A finding whose advice may not have been computed yet. */
interface GatheredFinding extends Omit<Finding, 'help' | 'fix'> {
  advice: Advice | LazyAdvice;
  withFix: boolean;
}

/** A finding with its line and column. */
export interface Diagnostic extends Finding {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 code units. */
  column: number;
}

/** Collects findings while a query is read; each span is reported once for each code. */
export class Findings {
  readonly #found: GatheredFinding[] = [];
  /** The spans of each code, encoded as numbers: there may be one per character. */
  readonly #seen = new Map<DiagnosticCode, Set<number>>();
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
   * From now on, findings have no fixes: if the syntax of a query is broken, what was read may not
   * be what was intended, and a replacement could make things worse.
   */
  withholdFixes(): void {
    this.#withFixes = false;
  }

  /**
   * For a query beyond this program's limits: nothing else is reported, because most of it was not
   * read. The reference states no such limit, so it is not an error.
   */
  beyondLimit(code: DiagnosticCode, span: Span, message: string): void {
    const help = 'Segment may accept it. Shorten it, or split it into several audiences.';
    const { start, end } = span;
    this.#limit ??= {
      severity: 'warning',
      code,
      message: `${message}, so nothing in it was checked.`,
      start,
      end,
      advice: { help },
      withFix: false,
    };
  }

  /**
   * From here on it is unclear what is a string and what is code: findings there, or touching it,
   * are dropped and no longer collected.
   */
  distrustFrom(offset: number): void {
    this.#trustedUntil = offset;
    const found = this.#found.splice(0);
    this.#found.push(
      ...found.filter(({ code, end }) => code === 'unterminated-string' || end < offset),
    );
  }

  /** Whether something was found for this code, even if it was dropped since. */
  has(code: DiagnosticCode): boolean {
    return this.#seen.has(code);
  }

  /**
   * Marks that what ends here was not read completely, so that nothing is reported as missing
   * there.
   */
  breakAt(end: number): void {
    this.#brokenAt.add(end);
  }

  /** Whether what ends here was not read completely. */
  isBrokenAt(end: number): boolean {
    return this.#brokenAt.has(end);
  }

  /** Whether the query is beyond this program's limits. */
  get isBeyondLimit(): boolean {
    return this.#limit !== undefined;
  }

  /** Adds an error. */
  error(code: DiagnosticCode, span: Span, message: string, advice: Advice | LazyAdvice = {}): void {
    this.#add('error', code, span, message, advice);
  }

  /** Adds a warning. */
  warn(code: DiagnosticCode, span: Span, message: string, advice: Advice | LazyAdvice = {}): void {
    this.#add('warning', code, span, message, advice);
  }

  /** Adds a hint. */
  hint(code: DiagnosticCode, span: Span, message: string, advice: Advice | LazyAdvice = {}): void {
    this.#add('hint', code, span, message, advice);
  }

  /** Adds a finding, unless its span is distrusted or was already reported for the same code. */
  #add(
    severity: Severity,
    code: DiagnosticCode,
    { start, end }: Span,
    message: string,
    advice: Advice | LazyAdvice,
  ): void {
    if (end >= this.#trustedUntil || !this.#isNew(code, start, end)) return;
    if (severity === 'error') this.#errors += 1;
    this.#found.push({ severity, code, message, start, end, advice, withFix: this.#withFixes });
  }

  #isNew(code: DiagnosticCode, start: number, end: number): boolean {
    const places = this.#seen.get(code) ?? new Set();
    this.#seen.set(code, places);
    const { size } = places;
    return places.add(start * (maxQueryChars + 1) + end).size > size;
  }

  /** The number of findings so far, of any severity. */
  get count(): number {
    return this.#found.length;
  }

  /**
   * Drops the errors found so far: they follow from one that is reported in their place. The other
   * findings keep no fix until that one is fixed.
   */
  dropErrors(): void {
    const others = this.#found
      .filter(({ severity }) => severity !== 'error')
      .map((finding) => ({ ...finding, withFix: false }));
    this.#found.splice(0, this.#found.length, ...others);
    this.#seen.clear();
    this.#errors = 0;
  }

  /** Whether there are too many errors for the rest to be read. */
  get isFull(): boolean {
    return this.#errors >= this.#maxErrors;
  }

  /** The number of errors so far. */
  get errors(): number {
    return this.#errors;
  }

  /**
   * The fix of a finding, if it keeps the meaning of the definition; otherwise only help remains.
   * With broken syntax, an apparent comment may be part of a value. Only a limited number of
   * replaced characters is compared.
   */
  #safeFix(query: string, { fix, code }: Finding): Pick<Finding, 'fix'> {
    if (!fix || (code === 'comment' && this.#errors > 0)) return { fix: undefined };
    this.#comparableChars -= fix.end - fix.start + fix.text.length;
    const isSure = this.#comparableChars > 0;
    const keeps = isSure && keepsMeaning(query.slice(fix.start, fix.end), fix.text);
    return { fix: keeps ? fix : undefined };
  }

  /**
   * All findings with line and column, and with the fixes that keep the meaning; if there are too
   * many, errors take precedence.
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

/** Computes lines and columns in one pass, for ascending offsets. */
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
