import { once } from 'node:events';
import { ConfigError } from '../config.ts';
import { type Sandbox, type SandboxOptions, start } from '../sandbox/start.ts';
import { systemReason } from '../system-reason.ts';
import { visible } from '../visible.ts';

/**
 * Runs the sandbox alone until SIGINT or SIGTERM.
 *
 * @param options the port, 0 for any free one, and the edition.
 * @param write takes what is shown to the user.
 * @throws {ConfigError} when the port can't be had.
 */
export async function runSandbox(
  options: Pick<SandboxOptions, 'edition'> & { port: number },
  write: (text: string) => void,
): Promise<void> {
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const sandbox = await listen(options, write);
  const spaces = sandbox.spaces.map(({ id, name }) => `  ${id}  ${name}`);
  write(`Segment sandbox on ${sandbox.url}, edition ${sandbox.edition}

Spaces:
${spaces.join('\n')}

To use it, set:
  SEGMENT_API_URL=${sandbox.url}
  SEGMENT_API_TOKEN=sandbox-token   (any token of 8 characters or more will do)
  SEGMENT_SPACE_ID=${sandbox.spaces[0]?.id}

Stop it with Ctrl-C.

`);
  await stopped;
  await sandbox.close();
}

async function listen(
  options: Pick<SandboxOptions, 'edition'> & { port: number },
  write: (text: string) => void,
): Promise<Sandbox> {
  try {
    return await start({
      ...options,
      log: ({ method, path, status, note }) =>
        write(`${visible(`${method} ${path} ${status}${note ? ` (${note})` : ''}`)}\n`),
    });
  } catch (error) {
    const reason = systemReason(error);
    throw new ConfigError([
      `--port ${options.port} can't be listened on (${reason}): choose another.`,
    ]);
  }
}
