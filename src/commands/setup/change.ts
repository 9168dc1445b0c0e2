import { dirname } from 'node:path';
import { ConfigError } from '../../config/config.ts';
import { Given } from '../../config/given.ts';
import { settings } from '../../config/settings.ts';
import { type StateFolder, StateFolderError } from '../../safety/state-folder.ts';
import { createRedactor } from '../../text/redact.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { name as programName } from '../../version.ts';
import {
  afterWriting,
  backupOf,
  type ClientFile,
  ClientFileError,
  deleteClientFile,
  folderMadeFor,
  readClientFile,
  restoreClientFile,
  textOf,
  writeClientFile,
} from '../clients/client-file.ts';
import { ownFiles } from '../clients/own-files.ts';
import { type Client, clients } from '../clients/table.ts';
import { ownCommand } from '../invocation.ts';
import { commandToMakePrivate } from '../private-token.ts';
import type { SetupCommand, SetupMachine, SetupOutput } from './command.ts';
import { tokenIn } from './kept-paths.ts';
import type { Plan } from './plan.ts';
import type { Server } from './server.ts';
import { diffOf } from './show.ts';
import { stateFolderAt } from './state-folder.ts';
import { chooseToken, NoTokenError, type TokenChoice } from './token.ts';

/** A file of a client that has our entry, or is to get it. */
interface Target {
  client: Client;
  /** The file's name in messages to the user. */
  name: string;
  /** The client's other files that have our entry. */
  others: readonly string[];
}

/** What is planned for a client's file, not yet done. */
interface Planned extends Target {
  file: ClientFile;
  plan: Plan;
  /** What the user must know before the change. */
  before: string | undefined;
}

/** The token that the user gives, and the files of tokens in place of which it is used. */
interface GivenToken {
  choice: TokenChoice;
  replaced: readonly string[];
}

const nothingGiven: GivenToken = { choice: { from: 'nowhere' }, replaced: [] };

/** How the files of clients are to change. */
interface Planning {
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
    const asPresent = await this.#planToAdd(await this.#targetsOf(chosen), server, []);
    if (!asPresent) return 1;
    // Entries that stay with the sandbox need neither token nor network.
    const isLive = tokenFilesOf(asPresent).length > 0;
    const own = isLive ? server.ownTokenFile : undefined;
    // The token is asked for once the change is agreed on.
    const isAsked = !this.#command.yes;
    if (isAsked && !(await this.#isAgreed(asPresent))) return 1;
    const given = own === undefined ? nothingGiven : await this.#givenToken(own, asPresent);
    if (!given) return 1;
    const isAffected = ({ plan: { tokenFile } }: Planned) =>
      tokenFile !== undefined && given.replaced.includes(tokenFile);
    const again = await this.#planToAdd(asPresent.filter(isAffected), server, given.replaced);
    if (!again) return 1;
    const planned = [...asPresent.filter((each) => !isAffected(each)), ...again];
    // Whoever has agreed is shown only what is different with another token.
    if (!(await this.#isAgreed(isAsked ? again : planned))) return 1;
    if (own !== undefined) await this.#keepToken(own, given.choice, planned);
    const code = await this.#makeAll(planned);
    const notes = isLive ? [...server.notes, ...server.networkNotes] : server.notes;
    for (const note of notes) this.#say(note);
    return code;
  }

  /** @param replacedTokens as in `Present`. */
  async #planToAdd(
    targets: readonly Target[],
    server: Server,
    replacedTokens: readonly string[],
  ): Promise<Planned[] | undefined> {
    const { planToAdd } = await import('./plan.ts');
    const { flags } = this.#command;
    const machine = this.#machine;
    return this.#planAll(targets, {
      planFor: (file, client) =>
        planToAdd(file, client, {
          entryFor: (kept) => server.entryFor(client, kept),
          ...{ flags, machine, replacedTokens, mainFile: machine.mainFile },
          removal: ownCommand(machine, 'setup', client.id, '--remove'),
        }),
      beforeFor: server.beforeFor,
    });
  }

  async remove(chosen: readonly Client[]): Promise<number> {
    const { planToRemove } = await import('./plan.ts');
    const planned = await this.#planAll(await this.#targetsOf(chosen), {
      planFor: (file, client) => planToRemove(file, client, this.#machine.mainFile),
      beforeFor: ({ before }) => before,
    });
    if (!planned || !(await this.#isAgreed(planned))) return 1;
    return this.#makeAll(planned);
  }

  async #targetsOf(chosen: readonly Client[]): Promise<Target[]> {
    const { place, exists } = this.#machine;
    const targets = await Promise.all(
      chosen.map(async (client) => {
        const files = await ownFiles(client, place, exists);
        return files.map((name) => {
          return { client, name, others: files.filter((other) => other !== name) };
        });
      }),
    );
    return targets.flat();
  }

  /** @returns undefined if a file can't be used, which was reported. */
  async #planAll(
    targets: readonly Target[],
    { planFor, beforeFor }: Planning,
  ): Promise<Planned[] | undefined> {
    const planned: Planned[] = [];
    let isUsable = true;
    for (const { client, name, others } of targets) {
      try {
        const read = await readClientFile(name);
        const file = afterPlanned(read, planned);
        const plan = planFor(file, client);
        if (file.obstacle !== undefined && plan.kind !== 'none') {
          throw new ClientFileError(file.obstacle);
        }
        planned.push({ client, name, others, file, plan, before: beforeFor(client) });
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
    for (const each of planned) this.#show(each);
    const count = planned.filter(({ plan }) => plan.kind !== 'none').length;
    if (count === 0 || this.#command.yes) return true;
    const files = count === 1 ? 'this file' : `these ${count} files`;
    const answer = await this.#machine.terminal?.ask(`Change ${files}? [y/N] `);
    if (['y', 'yes'].includes(answer?.trim().toLowerCase() ?? '')) return true;
    this.#complain('Nothing was changed.');
    return false;
  }

  #show({ client, name, others, file, plan, before }: Planned): void {
    const redactor = createRedactor(plan.secrets);
    if (plan.kind === 'none') {
      const nothing = this.#command.remove ? 'has no entry for this program' : 'is already set up';
      this.#say(redactor.text([`${client.title} ${nothing}: ${name}`, ...plan.notes].join('\n')));
      return;
    }
    const lines = [`${client.title}: ${name}${file.bytes ? '' : ' (new)'}`];
    if (others.length > 0) {
      lines.push(`${client.title} also has the entry in ${others.join(' and ')}.`);
    }
    if (before !== undefined) lines.push(before);
    if (plan.kind === 'delete') lines.push('The file contains nothing else, so it is deleted.');
    if (plan.kind === 'restore') lines.push("The file's content from before setup is restored.");
    this.#say(redactor.text([...lines, ...plan.notes].join('\n')));
    this.#output.write(`${diffOf(file.text, plan.edits, redactor)}\n`);
  }

  /**
   * The token that the user gives for entries that are planned, if any; nothing is kept yet.
   *
   * @param own where setup keeps it. @returns undefined if the user cancels, which was reported.
   */
  async #givenToken(own: string, planned: readonly Planned[]): Promise<GivenToken | undefined> {
    const { place, terminal } = this.#machine;
    const files = tokenFilesOf(planned);
    const others = files
      .filter((file) => file !== own)
      .map((file) => ({ file, token: tokenIn(file, this.#machine) }));
    try {
      const choice = await this.#inFolder(own, (folder) =>
        chooseToken({
          folder,
          isNeeded: files.includes(own),
          others,
          fromEnvironment: new Given({}, place.environment).read(settings.token),
          terminal,
          isQuiet: this.#command.yes,
        }),
      );
      if (choice.from === 'nowhere') return { choice, replaced: [] };
      const replaced = others.filter(({ token }) => token !== choice.token);
      return { choice, replaced: replaced.map(({ file }) => file) };
    } catch (error) {
      if (!(error instanceof NoTokenError)) throw error;
      this.#complain(error.message);
      return undefined;
    }
  }

  /** Keeps the token, and says so. */
  async #keepToken(own: string, choice: TokenChoice, planned: readonly Planned[]): Promise<void> {
    if (choice.from !== 'nowhere') {
      await this.#inFolder(own, (folder) => folder.keepToken(choice.token));
    }
    this.#say(tokenInWords(choice, own, tokenFilesOf(planned)));
    if (choice.from === 'the environment') this.#say(passedOn);
  }

  /** @throws {ConfigError} if the folder of setup's own token can't be used. */
  async #inFolder<Result>(
    own: string,
    act: (folder: StateFolder) => Result | Promise<Result>,
  ): Promise<Result> {
    try {
      return await act(stateFolderAt(dirname(own)));
    } catch (error) {
      if (!(error instanceof StateFolderError)) throw error;
      const remedy = commandToMakePrivate(own, this.#machine.place);
      throw new ConfigError([
        `The token can't be kept in ${dirname(own)} because ${error.message}. ${error.isOpen ? `Run ${remedy}, or set` : 'Set'} ${settings.stateFolder.env} to another folder. Nothing was changed.`,
      ]);
    }
  }

  async #makeAll(planned: readonly Planned[]): Promise<number> {
    let code = 0;
    for (const each of planned) {
      if (each.plan.kind === 'none') continue;
      try {
        await this.#make(each);
        const verb = this.#command.remove ? 'Removed from' : 'Written to';
        this.#say(
          `${verb} ${each.name}${this.#backupInWords(each, planned)}. ${each.client.afterwards}`,
        );
      } catch (error) {
        if (!(error instanceof ClientFileError)) throw error;
        this.#complain(`${each.name} ${error.message}.`);
        code = 1;
      }
    }
    return code;
  }

  /** What the user must know about the backup, to continue a sentence. */
  #backupInWords(each: Planned, planned: readonly Planned[]): string {
    const { plan, file } = each;
    if (plan.kind !== 'write') return '';
    // What follows may restore it.
    const isLast = planned.findLast((other) => other.file.path === file.path) === each;
    const { remove } = this.#command;
    const backup = backupOf(file.path);
    if (remove && file.backup) {
      return isLast ? `; its content from before setup stays in ${backup}` : '';
    }
    if (!plan.keepsBackup || !file.bytes) return '';
    const [content, entry] = remove
      ? ['content with the entry', 'entry']
      : ['old content', 'older entry'];
    const secret = plan.isSecret
      ? `, with the secret of the ${entry}: delete that file when you no longer need it`
      : '';
    return `; its ${content} is in ${backup}${secret}`;
  }

  async #make({ file, plan }: Planned): Promise<void> {
    const { retrying } = this.#machine;
    if (plan.kind === 'write') {
      const madeFolders = file.bytes ? [] : await this.#madeFolders();
      return writeClientFile(file, plan.text, plan, { madeFolders, retrying });
    }
    if (plan.kind === 'restore') return restoreClientFile(file, retrying);
    if (plan.kind === 'delete') return deleteClientFile(file);
  }

  /** The folders that setup made for the files of clients: whichever of these goes last takes them along. */
  async #madeFolders(): Promise<string[]> {
    const files = clients.flatMap((client) => client.files(this.#machine.place));
    const found = await Promise.all(files.map(folderMadeFor));
    return found.flatMap((folder) => folder ?? []);
  }

  #say(text: string): void {
    this.#output.write(`${visibleLines(text)}\n`);
  }

  #complain(sentence: string): void {
    this.#output.writeAside(`${programName}: ${visible(sentence)}\n`);
  }
}

/** A file as it will be after what is planned for it already: clients' files may be links to the same one. */
function afterPlanned(file: ClientFile, planned: readonly Planned[]): ClientFile {
  const before = planned.findLast((each) => each.file.path === file.path);
  if (!before) return file;
  const { plan } = before;
  if (plan.kind === 'write') return afterWriting(before.file, plan.text, plan.keepsBackup);
  if (plan.kind === 'none') return before.file;
  const bytes = plan.kind === 'restore' ? before.file.backup : undefined;
  const text = bytes ? textOf(bytes) : '';
  return { ...before.file, bytes, text, backup: undefined, made: undefined };
}

/** Clients may pass on the variable in addition to the file that the entry names. */
const passedOn = `Unset ${settings.token.env} where the client is started, or keep it equal to that file: the server refuses two different tokens.`;

/** @param named the files of tokens that the entries name. */
function tokenInWords(choice: TokenChoice, own: string, named: readonly string[]): string {
  if (choice.from === 'nowhere') return `The token in ${named.join(' and ')} is unchanged.`;
  const { env } = settings.token;
  if (choice.from === 'the terminal') {
    const more = choice.replacesKept ? ', in place of the one before, for all clients' : '';
    return `The token is kept in ${own}${more}.`;
  }
  return choice.replacesKept
    ? `The token from ${env} replaces the one in ${own}, for all clients.`
    : `The token from ${env} is kept in ${own}.`;
}

function tokenFilesOf(planned: readonly Planned[]): string[] {
  return [...new Set(planned.flatMap(({ plan }) => plan.tokenFile ?? []))];
}
