import { systemClock } from '../src/clock.ts';
import { runGraph } from '../src/commands/graph.ts';
import { connect } from '../src/connect.ts';
import { start } from '../src/sandbox/start.ts';

/** The moment at which the picture in the documents was taken. */
const now = () => Date.UTC(2026, 0, 31, 9, 30);

/** What `segment-audiences-mcp graph` draws of the sandbox, on a day that is always the same. */
export async function graphPicture(): Promise<string> {
  const clock = { ...systemClock, now };
  const sandbox = await start({ clock: { now } });
  let picture = '';
  try {
    await runGraph(
      { flags: { 'api-url': sandbox.url }, out: undefined, format: 'svg' },
      {
        environment: {
          SEGMENT_API_TOKEN: 'sandbox-token',
          SEGMENT_SPACE_ID: sandbox.spaces[0]?.id,
        },
        clock,
        connect: (config, redactor) =>
          connect(config, { clock, random: () => 0 }, redactor, () => {}),
      },
      {
        async write(text) {
          picture += text;
        },
        writeAside: (text) => process.stderr.write(text),
        isTerminal: false,
      },
    );
  } finally {
    await sandbox.close();
  }
  return picture;
}
