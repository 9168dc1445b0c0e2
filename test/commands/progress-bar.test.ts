import { expect, test } from 'vitest';
import { ProgressBar } from '../../src/commands/pictures/progress-bar.ts';

/** What the line of the terminal showed, one after the other. */
function shownBy(use: (bar: ProgressBar) => void): string[] {
  let written = '';
  use(
    new ProgressBar((text) => {
      written += text;
    }),
  );
  return written.split('\r\u001b[K').slice(1);
}

test('the bar grows to its full length', () => {
  const shown = shownBy((bar) => {
    bar.reads(0, 400);
    bar.reads(200, 400);
    bar.reads(500, 400);
    bar.end();
  });
  expect(shown).toEqual([
    '[------------------------] 0 of 400 audiences',
    '[############------------] 200 of 400 audiences',
    '[########################] 500 of 400 audiences',
    '',
  ]);
});

test('without a total, it counts', () => {
  expect(shownBy((bar) => bar.reads(1, undefined))).toEqual(['1 audience']);
});

test('it says what is waited for', () => {
  const shown = shownBy((bar) => {
    bar.waits("Segment's rate limit", 12_345);
    bar.reads(200, 400);
    bar.waits("Segment's rate limit", 1000);
  });
  expect(shown).toEqual([
    "waiting 13 s for Segment's rate limit",
    '[############------------] 200 of 400 audiences',
    "[############------------] 200 of 400 audiences, waiting 1 s for Segment's rate limit",
  ]);
});

test('what was never shown is not cleared', () => {
  expect(shownBy((bar) => bar.end())).toEqual([]);
});
