/*
 * Mistakes in how a value is written that can't be intended, whatever the setting: what a client, a
 * shell or a paste left in it.
 */

/**
 * - `placeholder`: the whole value is a variable that was never filled in.
 * - `wrong`: something in it or around it is not part of the value.
 */
export interface Slip {
  kind: 'placeholder' | 'wrong';
  /** Follows the name of the setting, has no final period, and repeats nothing of the value. */
  what: string;
}

const placeholders = [
  // ${X}, ${env:X}, ${{ X }}
  /^\$\{.*\}$/s,
  // {{X}}, {env:X}
  /^\{.*\}$/s,
  // $X, $env:X
  /^\$[a-z_][\w:]*$/i,
  // $(command)
  /^\$\(.*\)$/s,
  // %X%
  /^%[^%\s]+%$/,
  // <X>
  /^<.*>$/s,
];

/** What a script writes for a missing value. */
const nothing = /^(?:undefined|null|nan|\[object object\])$/i;

/** NAME=…, and in lower case the usual names for a token. */
const assignments = [
  /^(export\s+|set\s+)?[A-Z][A-Z0-9_]*\s*=[ \t]*[^=,\s]/,
  /^(?:export\s+|set\s+)?\w{0,64}token\s*=[ \t]*[^=,\s]/i,
];

const quotes = '"\'`“”„‘’«»';

const unexpanded = 'holds a placeholder that was not expanded';

/**
 * What is wrong with how a value is written.
 *
 * @param text trimmed, and not empty.
 * @param assigns whether values have the form NAME=….
 */
export function slipIn(text: string, assigns = false): Slip | undefined {
  if (isPlaceholder(text) || nothing.test(text)) return { kind: 'placeholder', what: unexpanded };
  const what = wrappingOf(text, assigns) ?? (holdsPlaceholder(text) ? unexpanded : undefined);
  return what === undefined ? undefined : { kind: 'wrong', what };
}

/** Whether a client may yet have to expand something in a value, such as a variable. */
export function isForClient(text: string): boolean {
  return slipIn(text)?.what === unexpanded && [...'$%{'].some((sign) => text.includes(sign));
}

/** Whether a value, or a part of a list, a path or a URL, has the form of Segment's tokens. */
export function holdsTokenForm(text: string): boolean {
  return text.split(/[,=\s/]/).some((part) => /^sgp_\w{16,}$/.test(part));
}

function isPlaceholder(text: string): boolean {
  return placeholders.some((pattern) => pattern.test(text));
}

/** Whether a part of a list, a path or a URL is a placeholder. */
function holdsPlaceholder(text: string): boolean {
  if (text.includes('${') || text.includes('{{')) return true;
  // Matches spa_$X and spa_%X%, but not percent-encoding.
  if (/\$[a-z_]/i.test(text) || /%(?![\da-f]{2}%)[a-z_]\w{0,63}%/i.test(text)) return true;
  if (text.split(',').some((part) => nothing.test(part.trim()))) return true;
  return text.split(/[,/\\=]/).some((part) => isPlaceholder(part.trim()));
}

function wrappingOf(text: string, assigns: boolean): string | undefined {
  const [first = '', last = ''] = [text.replace(/^\\/, '').charAt(0), text.slice(-1)];
  if (quotes.includes(first) || quotes.includes(last)) {
    return 'has quotes around it: give only the value';
  }
  if (/^\[.*\]$/s.test(text)) {
    return 'has brackets around it: give only the value, or several separated by commas';
  }
  if (/^(?:authorization\s*[:=]|(?:bearer|basic)(?:[\s:=]|$))/i.test(text)) {
    return 'begins like an Authorization header ("Bearer"): give only the value';
  }
  if (!assigns && assignments.some((pattern) => pattern.test(text))) {
    return 'begins with the name of a variable (NAME=): give only the value';
  }
  return undefined;
}
