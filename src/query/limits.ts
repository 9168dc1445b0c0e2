/*
 * How much is read and reported: limits of ours, far beyond any sensible definition, and facts of
 * Segment's.
 */

/** UTF-16 code units of a query that is read at all. */
export const maxQueryChars = 20_000;

/** Levels of brackets, prefixes and named arguments that are read. */
export const maxNesting = 100;

/** Nodes of a tree that are read. */
export const maxNodes = 5000;

/** Conditions that a definition may have, by Segment's reference of the language. */
export const maxPrimaryExpressions = 50;

/** Entities that nest in a linked audience, by Segment's documentation of it. */
export const maxEntityDepth = 6;

/** The length of a session window, by Segment's product limits: 30 minutes to 90 days. */
export const minSessionMs = 30 * 60_000;
export const maxSessionMs = 90 * 86_400_000;

/** Diagnostics that are given of one query; more would not help anyone. */
export const maxDiagnostics = 20;

/** Errors after which the rest of a query is not read: it is wrong anyway, and so many are never shown. */
export const maxErrorsRead = 200;

/** Characters of replacements that are compared with what they replace, in all fixes of a query together. */
export const maxComparedChars = 16_000;

/** Days of events that Segment looks back on by default: three years. */
export const maxHistoryDays = 3 * 365;

/** Characters that are read, all tries together, to find which bracket is missing or too much. */
export const maxTriedChars = 100_000;
