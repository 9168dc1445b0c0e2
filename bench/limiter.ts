import { start } from '../src/sandbox/start.ts';
import { v1 } from '../src/segment/editions/v1.ts';
import { startSession } from '../test/support/program.ts';
import { environmentFor } from '../test/support/rig.ts';
import { report } from './measure.ts';

const perMinute = v1.rows.create_audience.perMinute;
const windows = 3;
const minuteMs = 60_000;

/** Three windows' worth of creates at once: when does each reach Segment? Takes two minutes. */
export async function benchLimiter(): Promise<void> {
  const arrivals: number[] = [];
  let refused = 0;
  const sandbox = await start({
    // Every create looks for duplicates first; that quota is not what is measured.
    limits: { list_audiences: 1000 },
    faults: ({ operation }) => {
      if (operation === 'create_audience') arrivals.push(Date.now());
      return undefined;
    },
    log: ({ status }) => {
      if (status === 429) refused += 1;
    },
  });
  await using session = await startSession(
    ['--max-wait-ms', '180000', '--rate-limits', 'list_audiences=1000', '--log-level', 'warn'],
    environmentFor(sandbox.url, sandbox.spaces[0]?.id ?? ''),
  );
  // The list tells the program the edition, and so the limit of creates.
  await session.client.callTool({ name: 'list_audiences', arguments: {} });
  const creates = Array.from({ length: perMinute * windows }, (_, index) =>
    session.client.callTool(
      {
        name: 'create_audience',
        arguments: { name: `Bench ${index}`, query: "trait('x') = 1" },
      },
      undefined,
      // Only a call with progress may wait for longer than 55 s.
      { timeout: 180_000, onprogress: () => {} },
    ),
  );
  await Promise.all(creates);

  for (let window = 1; window < windows; window += 1) {
    const opened = arrivals[(window - 1) * perMinute] ?? Number.NaN;
    const late = arrivals
      .slice(window * perMinute, (window + 1) * perMinute)
      .map((arrival) => arrival - (opened + minuteMs));
    report(`window ${window + 1}`, {
      'requests used': `${late.filter((ms) => ms < minuteMs).length} of ${perMinute}`,
      'first, ms after the reset': Math.min(...late),
      'last, ms after the reset': Math.max(...late),
    });
  }
  report('all windows', { requests: `${arrivals.length}`, 'answered 429': `${refused}` });
  await sandbox.close();
}
