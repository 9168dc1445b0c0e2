import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Clock } from '../../clock.ts';
import { name as programName, version } from '../../version.ts';
import type { Place } from '../clients/place.ts';
import type { ToolList } from './machine.ts';
import { startWhole } from './whole-program.ts';

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
    const child = startWhole(node, words, environment, signal);
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

/** How long a Node may take to report its version, in milliseconds. */
const maxVersionMs = 2000;

/** The version is in the first line; what is no Node may write for ever. */
const maxVersionChars = 200;

/** The version of a Node; undefined if it does not report one. */
export async function nodeVersionOf(
  command: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await firstVersion(
      startWhole(
        command,
        ['--version'],
        process.env,
        AbortSignal.any([signal, AbortSignal.timeout(maxVersionMs)]),
      ),
    );
  } catch {
    return undefined;
  }
}

function firstVersion(child: ReturnType<typeof startWhole>): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(0, maxVersionChars);
    });
    child.stderr.resume();
    child.stdin.on('error', () => {}).end();
    child.on('error', reject);
    child.on('close', () => resolve(/^v\d+\.\d+\.\d+/.exec(output)?.[0]));
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
