import { check, describeQuery, format, explain } from '/tmp/fixq/src/query/index.ts';
import { readFileSync } from 'node:fs';
for (const line of readFileSync('/tmp/qs.txt','utf8').split('\n')) {
  if (!line) continue;
  const m = /^\[(\w+)\] (.*)$/.exec(line);
  const type = (m?.[1] ?? 'users') as any; const q = m?.[2] ?? line;
  const d = describeQuery(q, type);
  console.log('•', q);
  for (const x of d.diagnostics) console.log('   ', x.severity, x.code, `${x.start}-${x.end}`, x.message, '|', x.help, x.fix ? '| FIX ' + (q.slice(0,x.fix.start)+x.fix.text+q.slice(x.fix.end)) : '');
  if (d.formatted && d.formatted !== q) console.log('   F', d.formatted);
  if (d.explanation) console.log('   E', d.explanation, d.computeCadence.type);
}
