import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../../src/commands/clients/place.ts';
import type { SetupCommand, SetupMachine } from '../../src/commands/setup/command.ts';
import type { Terminal } from '../../src/commands/setup/terminal.ts';
import { runSetup } from '../../src/commands/setup.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A token that must never be seen. */
export const typedToken = 'sgp_TypedOnATerminal123456';

/** A home of its own, which is gone after the test. */
export function temporaryHome(): string {
  return temporaryFolder('home');
}

/** A user's terminal, on which these answers are typed. */
export function terminalWith(answers: (string | undefined)[], tokens: string[] = []) {
  const asked: string[] = [];
  let isClosed = false;
  const terminal: Terminal = {
    async ask(question) {
      asked.push(question);
      return answers.length > 0 ? answers.shift() : '';
    },
    async askSecret(question) {
      asked.push(question);
      return tokens.shift();
    },
    async close() {
      isClosed = true;
    },
  };
  return { terminal, asked, isClosed: () => isClosed };
}

/** What a run of setup is given, where it differs from an installed program on Linux. */
export interface SetupRun extends Partial<SetupCommand>, Partial<Omit<SetupMachine, 'place'>> {
  home: string;
  place?: Partial<Place>;
}

/** Runs setup on a machine of the test's own; gives the exit code and all that was written. */
export async function setup({ home, place, ...given }: SetupRun) {
  let stdout = '';
  let stderr = '';
  const command: SetupCommand = {
    clients: given.clients ?? [],
    flags: given.flags ?? {},
    remote: given.remote,
    write: given.write ?? false,
    remove: given.remove ?? false,
    yes: given.yes ?? false,
  };
  const machine: SetupMachine = {
    place: { platform: 'linux', environment: {}, home, cwd: join(home, 'project'), ...place },
    node: given.node ?? '/usr/bin/node',
    mainFile: given.mainFile ?? '/opt/segment-audiences-mcp/dist/main.js',
    invocation: given.invocation ?? ['segment-audiences-mcp'],
    project: given.project ?? { owner: undefined, published: false },
    terminal: given.terminal,
    exists: given.exists ?? existsSync,
    retrying: given.retrying,
  };
  const code = await runSetup(command, machine, {
    write(text) {
      stdout += text;
    },
    writeAside(text) {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}
