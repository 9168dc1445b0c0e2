import { dirname } from 'node:path';
import { ConfigError } from '../../config/config.ts';
import { Given } from '../../config/given.ts';
import { settings } from '../../config/settings.ts';
import { StateFolder, StateFolderError } from '../../safety/state-folder.ts';
import { createRedactor } from '../../text/redact.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { name as programName } from '../../version.ts';
import {
  backupOf,
  type ClientFile,
  ClientFileError,
  deleteClientFile,
  readClientFile,
  restoreClientFile,
  writeClientFile,
} from '../clients/client-file.ts';
import { type Client, fileOf } from '../clients/table.ts';
import { commandsToMakePrivate } from '../private-token.ts';
import type { SetupCommand, SetupMachine, SetupOutput } from './command.ts';
import type { Plan } from './plan.ts';
import type { Server } from './server.ts';
import { diffOf } from './show.ts';
import { type KeptToken, NoTokenError, provideToken } from './token.ts';

/** A planned change of a client's file, not yet made. */
interface Planned {
  client: Client;
  /** Its name in messages to the user. */
  name: string;
  file: ClientFile;
  plan: Exclude<Plan, { kind: 'none' }>;
  /** What the user must know before the change. */
  before: string | undefined;
}

/** How the files of clients are to change. */
interface Planning {
  /** What is said of a client whose file need not change. */
  nothing: string;
  planFor(file: ClientFile, client: Client): Plan;
  beforeFor(client: Client): string | undefined;
}

/** The changes of one run: all are planned before any is made. */
export class Change {
  readonly #command: SetupCommand;
  readonly #machine: SetupMachine;
  readonly #output: SetupOutput;

  constructor(command: SetupCommand, machine: SetupMachine, output: SetupOutput) {
    this.#command = command;
    this.#machine = machine;
    this.#output = output;
  }

  async add(chosen: readonly Client[], server: Server): Promise<number> {
    const { notes, ownTokenFile } = server;
    const { planToAdd } = await import('./plan.ts');
    const planned = await this.#planAll(chosen, {
      nothing: 'is already set up',
      planFor: (file, client) =>
        planToAdd(file, client, {
          entryFor: (kept) => server.entryFor(client, kept),
          flags: this.#command.flags,
          mainFile: this.#machine.mainFile,
        }),
      beforeFor: server.beforeFor,
    });
    if (!planned) return 1;
    if (planned.length > 0 && !(await this.#isAgreed(planned))) return 1;
    if (ownTokenFile !== undefined && !(await this.#hasToken(ownTokenFile))) return 1;
    const code = await this.#makeAll(planned);
    for (const note of notes) this.#say(note);
    return code;
  }

  async remove(chosen: readonly Client[]): Promise<number> {
    const { planToRemove } = await import('./plan.ts');
    const planned = await this.#planAll(chosen, {
      nothing: 'has no entry for this program',
      planFor: (file, client) => planToRemove(file, client, this.#machine.mainFile),
      beforeFor: ({ before }) => before,
    });
    if (!planned) return 1;
    if (planned.length > 0 && !(await this.#isAgreed(planned))) return 1;
    return this.#makeAll(planned);
  }

  /** @returns undefined if a file can't be used, which was reported. */
  async #planAll(
    chosen: readonly Client[],
    { nothing, planFor, beforeFor }: Planning,
  ): Promise<Planned[] | undefined> {
    const { place, exists } = this.#machine;
    const planned: Planned[] = [];
    let isUsable = true;
    for (const client of chosen) {
      const name = fileOf(client, place, exists) ?? '';
      try {
        const file = await readClientFile(name);
        const plan = planFor(file, client);
        if (plan.kind === 'none') {
          this.#say([`${client.title} ${nothing}: ${name}`, plan.note ?? []].flat().join('\n'));
        } else planned.push({ client, name, file, plan, before: beforeFor(client) });
      } catch (error) {
        if (!(error instanceof ClientFileError)) throw error;
        this.#complain(`${name} ${error.message}. Nothing was changed.`);
        isUsable = false;
      }
    }
    return isUsable ? planned : undefined;
  }

  /** Shows what would change, and asks unless the user chose not to be asked. */
  async #isAgreed(planned: readonly Planned[]): Promise<boolean> {
    for (const { client, name, file, plan, before } of planned) {
      const lines = [`${client.title}: ${name}${file.bytes ? '' : ' (new)'}`];
      if (before !== undefined) lines.push(before);
      if (plan.kind === 'delete') lines.push('The file contains nothing else, so it is deleted.');
      if (plan.kind === 'restore') lines.push("The file's content from before setup is restored.");
      if (plan.note !== undefined) lines.push(plan.note);
      this.#say(lines.join('\n'));
      this.#output.write(`${diffOf(file.text, plan.edits, createRedactor(plan.secrets))}\n`);
    }
    if (this.#command.yes) return true;
    const files = planned.length === 1 ? 'this file' : `these ${planned.length} files`;
    const answer = await this.#machine.terminal?.ask(`Change ${files}? [y/N] `);
    if (['y', 'yes'].includes(answer?.trim().toLowerCase() ?? '')) return true;
    this.#complain('Nothing was changed.');
    return false;
  }

  /** Provides for the token, and says how. @returns false if the user gave none. */
  async #hasToken(file: string): Promise<boolean> {
    try {
      const kept = await this.#provideToken(file);
      this.#say(tokenInWords(kept, file));
      const isRead = kept === 'from the environment' || kept === 'replaced';
      if (isRead) this.#say(passedOn);
      return true;
    } catch (error) {
      if (!(error instanceof NoTokenError)) throw error;
      this.#complain(error.message);
      return false;
    }
  }

  async #provideToken(file: string): Promise<KeptToken> {
    const { place, terminal } = this.#machine;
    try {
      return await provideToken({
        folder: new StateFolder(dirname(file), Date.now),
        fromEnvironment: new Given({}, place.environment).read(settings.token),
        terminal,
        isQuiet: this.#command.yes,
      });
    } catch (error) {
      if (!(error instanceof StateFolderError)) throw error;
      const remedy = commandsToMakePrivate(file, place);
      throw new ConfigError([
        `The token can't be kept in ${dirname(file)} because ${error.message}. ${error.isOpen ? `Run ${remedy}, or set` : 'Set'} ${settings.stateFolder.env} to another folder. Nothing was changed.`,
      ]);
    }
  }

  async #makeAll(planned: readonly Planned[]): Promise<number> {
    let code = 0;
    for (const each of planned) {
      try {
        await this.#make(each);
        const verb = this.#command.remove ? 'Removed from' : 'Written to';
        this.#say(`${verb} ${each.name}${this.#backupInWords(each)}. ${each.client.afterwards}`);
      } catch (error) {
        if (!(error instanceof ClientFileError)) throw error;
        this.#complain(`${each.name} ${error.message}.`);
        code = 1;
      }
    }
    return code;
  }

  /** What the user must know about the backup, to continue a sentence. */
  #backupInWords({ plan, file }: Planned): string {
    if (plan.kind !== 'write') return '';
    const backup = backupOf(file.path);
    if (this.#command.remove) {
      return file.backup ? `; its content from before setup stays in ${backup}` : '';
    }
    if (!plan.keepsBackup || !file.bytes) return '';
    const secret = plan.isSecret
      ? ', with the secret of the older entry: delete that file when you no longer need it'
      : '';
    return `; its old content is in ${backup}${secret}`;
  }

  async #make({ file, plan }: Planned): Promise<void> {
    const { retrying } = this.#machine;
    if (plan.kind === 'write') return writeClientFile(file, plan.text, plan, retrying);
    if (plan.kind === 'restore') return restoreClientFile(file, retrying);
    return deleteClientFile(file);
  }

  #say(text: string): void {
    this.#output.write(`${visibleLines(text)}\n`);
  }

  #complain(sentence: string): void {
    this.#output.writeAside(`${programName}: ${visible(sentence)}\n`);
  }
}

/** Clients may pass on the variable in addition to the file that the entry names. */
const passedOn = `Unset ${settings.token.env} where the client is started, or keep it equal to that file: the server refuses two different tokens.`;

function tokenInWords(kept: KeptToken, file: string): string {
  switch (kept) {
    case 'typed':
      return `The token is kept in ${file}.`;
    case 'from the environment':
      return `The token from ${settings.token.env} is kept in ${file}.`;
    case 'replaced':
      return `The token from ${settings.token.env} replaces the one in ${file}, for all clients.`;
    case 'as it was':
      return `The token in ${file} is unchanged.`;
  }
}
