import { mistakes, type Score, score } from '../test/support/mistakes.ts';

/*
 * Prints how the checker handles the mistakes in test/query/mistakes: a table by kind, and with
 * `--wrong`, `--none` or `--many` the mistakes whose fixes are wrong, that have a known intention
 * but no fix, or that produce more errors than they should.
 */

const scores = mistakes.map(score);
const has = (flag: string) => process.argv.includes(flag);
const print = (line: string) => process.stdout.write(`${line}\n`);

const columns = ['texts', 'meant', 'healed', 'wrong', 'over 3'];
print(`${'kind'.padEnd(20)}${columns.map((name) => name.padStart(8)).join('')}`);
const kinds = [...new Set(mistakes.map(({ kind }) => kind))];
for (const kind of kinds) row(kind, (one) => one.mistake.kind === kind);
row('all', () => true);
const meant = scores.filter(({ mistake }) => mistake.intended);
const share = meant.filter(({ outcome }) => outcome === 'healed').length / meant.length;
print(`\nfixed, of those with a clear intention: ${(100 * share).toFixed(1)} %`);
const counts = scores
  .filter(({ mistake, errors }) => (mistake.mistakes ?? 1) === 1 && errors > 0)
  .map(({ errors }) => errors)
  .sort((a, b) => a - b);
print(`errors of one mistake: median ${counts[counts.length >> 1]}, at most ${counts.at(-1)}`);

if (has('--wrong')) list('wrong', ({ outcome }) => outcome === 'wrong');
if (has('--none')) {
  list('not fixed', ({ mistake, outcome }) => outcome === 'none' && mistake.intended !== undefined);
}
if (has('--many')) list('many errors', hasMany);

function row(title: string, isIn: (one: Score) => boolean): void {
  const those = scores.filter(isIn);
  const figures = [
    those.length,
    those.filter(({ mistake }) => mistake.intended).length,
    those.filter(({ outcome }) => outcome === 'healed').length,
    those.filter(({ outcome }) => outcome === 'wrong').length,
    those.filter(hasMany).length,
  ];
  print(`${title.padEnd(20)}${figures.map((figure) => String(figure).padStart(8)).join('')}`);
}

function hasMany({ mistake, errors }: Score): boolean {
  return (mistake.mistakes ?? 1) === 1 && errors > 3;
}

function list(title: string, isIn: (one: Score) => boolean): void {
  print(`\n${title}:`);
  for (const { mistake, errors, codes, result, wrong } of scores.filter(isIn)) {
    const type = mistake.type ? ` (${mistake.type})` : '';
    print(`  ${JSON.stringify(mistake.text)}${type}`);
    print(`    -> ${wrong ?? result}`);
    if (mistake.intended) print(`    meant: ${mistake.intended[0]}`);
    print(`    ${errors} errors: ${codes.join(', ')}`);
  }
}
