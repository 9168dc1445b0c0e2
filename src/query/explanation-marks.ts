/*
 * Marks inside a sentence while it is put together. No phrase of ours has these characters, and
 * names and strings of the definition stay out of a marked sentence until it is complete.
 */

/** Before a phrase, with the number of what it explains and a semicolon. */
export const beginning = '\ue000';
/** After a phrase. */
export const ending = '\ue001';
/** Stands for a text, with its number and a semicolon. */
export const placeholder = '\ue002';

/** Splits a sentence at its marks, and keeps them. */
export const marks = /(\ue000\d+;|\ue001|\ue002\d+;)/;

/** The first character of a text, with the marks before it. */
export const firstCharacter = /^(?:\ue000\d+;)*./;
