import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { Clock } from '../../clock.ts';
import { name as programName, version } from '../../version.ts';
import type { Place } from '../clients/place.ts';
import type { ToolList } from './machine.ts';

/** What a client sends to get the list of tools. */
const messages = [
  {
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: `${programName} doctor`, version },
    },
  },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list' },
];

const answerSchema = z.object({
  id: z.literal(2),
  result: z.object({ tools: z.array(z.unknown()) }),
});

/** Only the end of its output says why it ended. */
const maxStderrChars = 2000;

/**
 * Starts the server as a client does, and asks for its tools.
 *
 * @throws an Error whose message says why there is no response.
 */
export function listToolsOf(
  node: string,
  words: readonly string[],
  { environment, clock }: { environment: Place['environment']; clock: Clock },
  signal: AbortSignal,
): Promise<ToolList> {
  return new Promise((resolve, reject) => {
    const startedAt = clock.monotonic();
    const options = { env: environment, signal, killSignal: 'SIGKILL', windowsHide: true } as const;
    const child = spawn(node, words, options);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-maxStderrChars);
    });
    child.stdin.on('error', () => {});
    child.on('error', (error) => reject(new Error(`${error.message}.`)));
    child.on('close', (code) => {
      const said = stderr.trim().split('\n').at(-1) ?? '';
      reject(new Error(`it exited with code ${code}${said && `: ${said}`}`));
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = answerSchema.safeParse(parsed(line));
      if (!answer.success) return;
      const tookMs = clock.monotonic() - startedAt;
      resolve({ tools: answer.data.result.tools.length, tookMs });
      child.kill();
    });
    for (const message of messages) {
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    }
  });
}

/** The version of a Node; undefined if it does not report one. */
export async function nodeVersionOf(
  command: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const options = { signal, windowsHide: true, timeout: 2000, killSignal: 'SIGKILL' } as const;
    const running = promisify(execFile)(command, ['--version'], options);
    running.child.stdin?.end();
    const { stdout } = await running;
    return /^v\d+\.\d+\.\d+/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
