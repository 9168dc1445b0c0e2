import { describe, expect, test } from 'vitest';
import { check, render } from '../../src/query/index.ts';

/** All diagnostics of a query as a person reads them. */
function rendered(query: string, color = false): string {
  const { diagnostics } = check(query, { type: 'users', purpose: 'audience' });
  return diagnostics.map((diagnostic) => render(query, diagnostic, color)).join('\n');
}

describe('a diagnostic', () => {
  test('shows the line, a caret below the place, and what to do', () => {
    expect(rendered("event('A').cuont() >= 1")).toBe(
      [
        'error[unknown-function]: There is no function cuont.',
        "1 | event('A').cuont() >= 1",
        '  |            ^^^^^',
        '  = Did you mean count?',
      ].join('\n'),
    );
  });

  test('shows only its own line of several', () => {
    expect(rendered("trait('a') = 1\n\tAND evnet('B').count() >= 1")).toBe(
      [
        'error[unknown-function]: There is no function evnet.',
        "2 |  AND evnet('B').count() >= 1",
        '  |      ^^^^^',
        '  = Did you mean event?',
      ].join('\n'),
    );
  });

  test('marks one place where something is missing', () => {
    expect(rendered("trait('a') =").split('\n')[2]).toBe('  |             ^');
  });

  test('cuts a long line around the place', () => {
    const long = Array.from({ length: 30 }, (_, index) => `trait('t${index}') = ${index}`);
    const [, line = '', carets = ''] = rendered(
      [...long.slice(0, 15), "evnet('A').count() >= 1", ...long.slice(15)].join(' OR '),
    ).split('\n');
    expect(line.length).toBeLessThan(110);
    expect(line).toMatch(/^1 \| ….*…$/);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('evnet');
  });

  test('does not mark beyond the end of its line', () => {
    const [, line = '', carets = ''] = rendered("NOT (event('A')\n.count())").split('\n');
    expect(carets.length).toBeLessThanOrEqual(line.length);
  });

  test('is red, yellow or cyan on a terminal', () => {
    expect(rendered("evnet('A').count() == 1 and trait('a') = 1", true)).toMatchInlineSnapshot(`
      "\u001b[31merror[unknown-function]\u001b[0m: There is no function evnet.
      1 | evnet('A').count() == 1 and trait('a') = 1
        | \u001b[31m^^^^^\u001b[0m
        = Did you mean event?
      \u001b[36mhint[double-equals]\u001b[0m: One equals sign is enough.
      1 | evnet('A').count() == 1 and trait('a') = 1
        |                    \u001b[36m^^\u001b[0m
        = Write = instead of ==.
      \u001b[33mwarning[keyword-case]\u001b[0m: Segment's reference writes keywords in capitals.
      1 | evnet('A').count() == 1 and trait('a') = 1
        |                         \u001b[33m^^^\u001b[0m
        = Did you mean AND?"
    `);
  });
});
