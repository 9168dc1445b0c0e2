import { readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newKey } from '../access/keys-file.ts';
import { systemClock } from '../clock.ts';
import { ConfigError } from '../config/config.ts';
import type { Flags } from '../config/given.ts';
import type { HttpConfig } from '../config/http-config.ts';
import { defaultStateFolder, type Surroundings } from '../safety/state-folder.ts';
import type { ServedPage } from '../served-page.ts';
import { systemReason } from '../text/system-reason.ts';
import { visible } from '../text/visible.ts';
import { type BrowserStart, browserStart, startBrowser } from './app/browser.ts';
import { appPages } from './app/pages.ts';
import { type RedirectFile, writeRedirect } from './app/redirect-file.ts';

/** What the command line asks for. */
export interface AppCommand {
  flags: Flags;
  /** 0 for any free port. */
  port: number;
  /** Whether to open a browser. */
  isOpened: boolean;
}

/** What the command needs from the machine; passed in, so that tests can replace it. */
export interface AppMachine {
  surroundings: Surroundings;
  /** The folder of the built program. */
  dist: string;
  temporary: string;
  now: () => number;
  randomBytes: (count: number) => Uint8Array;
  /** Starts what opens a browser. @returns whether it did not fail. */
  startBrowser: (start: BrowserStart) => Promise<boolean>;
}

export function thisMachine(
  surroundings: Surroundings,
  randomBytes: AppMachine['randomBytes'],
): AppMachine {
  return {
    surroundings,
    dist: dirname(realpathSync(process.argv[1] ?? '')),
    temporary: tmpdir(),
    now: systemClock.now,
    randomBytes,
    startBrowser,
  };
}

/** Only this machine reaches it. */
const host = '127.0.0.1';

/** How long calls under way may take when the command ends: who ends it does not want to wait. */
const graceMs = 2000;

/**
 * The app in a browser: a server of HTTP on this machine, whose only key is in memory and in the page
 * that the browser is led to.
 */
export class App {
  readonly http: HttpConfig;
  readonly pages: readonly ServedPage[];
  readonly #key: string;
  readonly #command: AppCommand;
  readonly #machine: AppMachine;
  readonly #stateFolder: string | undefined;
  readonly #write: (text: string) => void;
  #redirect: RedirectFile | undefined;

  /**
   * @param stateFolder that of the settings. @param write shows something to the user.
   * @throws {ConfigError} if the pages are not there.
   */
  constructor(
    command: AppCommand,
    machine: AppMachine,
    stateFolder: string | undefined,
    write: (text: string) => void,
  ) {
    this.#command = command;
    this.#machine = machine;
    this.#stateFolder = stateFolder ?? defaultStateFolder(machine.surroundings);
    this.#write = write;
    this.#key = newKey(machine.randomBytes);
    this.http = httpOf(command.port, this.#key);
    this.pages = pagesIn(join(machine.dist, 'host'));
  }

  /**
   * Leads a browser to the page, or tells the user how to.
   *
   * @param url where MCP is served. @throws {ConfigError} if no file can be written.
   */
  open(url: string): void {
    const { temporary, now } = this.#machine;
    const address = `${new URL(url).origin}/#key=${this.#key}`;
    try {
      this.#redirect = writeRedirect(address, { stateFolder: this.#stateFolder, temporary, now });
    } catch (error) {
      throw new ConfigError([
        `The file that leads a browser to the app can't be written (${systemReason(error)}).`,
      ]);
    }
    void this.#show(this.#redirect.path);
  }

  async #show(path: string): Promise<void> {
    const { surroundings, startBrowser: start } = this.#machine;
    const { platform, environment } = surroundings;
    const browser = this.#command.isOpened && browserStart(path, platform, environment);
    const isOpened = browser && (await start(browser));
    this.#write(`${isOpened ? opened : notOpened}\n  ${visible(path)}\nStop it with Ctrl-C.\n`);
  }

  /** Removes the file once the page has the key or nobody needs it anymore. */
  close(): void {
    this.#redirect?.remove();
    this.#redirect = undefined;
  }
}

const opened = 'The app is in your browser. If it is not, open this file, which only you can read:';
const notOpened = 'Open this file in a browser; only you can read it:';

function httpOf(port: number, key: string): HttpConfig {
  return {
    listen: { host, port },
    publicUrl: undefined,
    allowedHosts: [host],
    allowedOrigins: [],
    allowsLoopbackOrigins: false,
    allowsOwnOrigin: true,
    auth: { kind: 'key', key },
    tokensFile: undefined,
    redisUrl: undefined,
    metrics: undefined,
    drainWaitMs: 0,
    graceMs,
    replica: 'app',
  };
}

function pagesIn(folder: string): ServedPage[] {
  try {
    return appPages((name) => readFileSync(join(folder, name)));
  } catch (error) {
    throw new ConfigError([
      `The pages of the app can't be read (${systemReason(error)}): reinstall the program.`,
    ]);
  }
}
