import { ConfigError } from '../../config/config.ts';
import { ownCommand } from '../invocation.ts';
import { startOf } from '../setup/start.ts';
import type { DoctorMachine } from './machine.ts';

/**
 * A sentence with a command of setup, for entries that start this program; if setup would refuse any such
 * command, its reason, which says what to do first.
 *
 * @param words of the command, after its name. @param sentence makes a sentence with the command.
 */
export function stepWithSetup(
  machine: DoctorMachine,
  words: readonly string[],
  sentence: (command: string) => string,
): string {
  const { node, mainFile, project, place } = machine;
  try {
    startOf({ node: node.path, mainFile, project, platform: place.platform }, [], {});
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.join(' ');
  }
  return sentence(ownCommand(machine, 'setup', ...words));
}

/** What to do to give the server a token. */
export function stepToGiveToken(machine: DoctorMachine): string {
  return stepWithSetup(
    machine,
    ['CLIENT', '--write'],
    (command) => `Run ${command}, which asks for the token, or set SEGMENT_API_TOKEN.`,
  );
}
