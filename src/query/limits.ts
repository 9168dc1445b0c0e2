/*
 * How much is read and reported: this program's limits, far beyond any sensible definition, and
 * Segment's.
 */

/** The longest query that is read, in UTF-16 code units. */
export const maxQueryChars = 20_000;

/** How many levels of brackets, prefixes and named arguments are read. */
export const maxNesting = 100;

/** How many nodes of a tree are read. */
export const maxNodes = 5000;

/** How many conditions a definition may have, according to Segment's reference of the language. */
export const maxPrimaryExpressions = 50;

/** How deep entities may nest in a linked audience, according to Segment's documentation. */
export const maxEntityDepth = 6;

/** The length of a session window, according to Segment's product limits: 30 minutes to 90 days. */
export const minSessionMs = 30 * 60_000;
export const maxSessionMs = 90 * 86_400_000;

/** How many diagnostics one query gets; more would not help anyone. */
export const maxDiagnostics = 20;

/**
 * After this many errors the rest of a query is not read: it is invalid anyway, and this many are never shown.
 */
export const maxErrorsRead = 200;

/**
 * How many characters of replacements are compared with what they replace, in all fixes of a query
 * together.
 */
export const maxComparedChars = 16_000;

/** How many days Segment looks back on events by default: three years. */
export const maxHistoryDays = 3 * 365;

/** How many characters are read, over all attempts, to find which bracket is missing or surplus. */
export const maxTriedChars = 100_000;
