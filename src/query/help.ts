/*
 * Help that several rules give.
 */

export const helpForDate =
  'To compare a date, use .within_last(7 days), .before_last(7 days) or .within_next(7 days).';

export const helpForFixedDate =
  'To compare with a given date, use .before_date(…) or .after_date(…).';

export const helpForWindow =
  'Time windows are relative to now, such as .within(7 days) or .between(7 days, 10 days).';

export const helpForPattern =
  'Use .contains(…), .starts_with(…) or .ends_with(…) with a plain string.';

export const helpForRange =
  'For a range of values, write two comparisons with >= and <=, joined with AND.';

export const helpOutsideRange =
  'For values outside a range, write two comparisons with < and >, joined with OR.';
