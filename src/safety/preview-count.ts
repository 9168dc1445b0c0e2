import type { PreviewCount, Tally } from '../space/previews.ts';
import { type StateFolder, StateFolderError } from './state-folder.ts';

/** Loaded when first needed, so that start-up does not wait for it. */
const crypto = () => process.getBuiltinModule('node:crypto');

/** How much of a digest is unique enough. */
const nameChars = 32;

export interface PreviewTallyOptions {
  /** Segment's address, and a fingerprint of the token. */
  scope: () => string;
  /** Shared with other processes. */
  folder?: StateFolder;
  /** Whether no other process can start previews there. */
  isAlone: boolean;
  /** Called once if the folder can't be used. @param reason phrased to follow "because". */
  onNoFolder?: (reason: string) => void;
}

/** Counts the previews that were started: in the state folder, or in this process if that fails. */
export class PreviewTally implements PreviewCount {
  readonly #options: PreviewTallyOptions;
  readonly #own = new Map<string, number>();
  #hasFailed = false;

  constructor(options: PreviewTallyOptions) {
    this.#options = options;
  }

  async add(month: string, spaceId: string): Promise<Tally> {
    const name = this.#nameOf(month, spaceId);
    this.#own.set(name, (this.#own.get(name) ?? 0) + 1);
    return this.#tally(name, (folder) => folder.countUp(name));
  }

  async read(month: string, spaceId: string): Promise<Tally> {
    const name = this.#nameOf(month, spaceId);
    return this.#tally(name, (folder) => folder.readCount(name));
  }

  #tally(name: string, count: (folder: StateFolder) => number): Tally {
    const { folder, isAlone, onNoFolder } = this.#options;
    const own = this.#own.get(name) ?? 0;
    if (!folder) return { used: own, isShared: isAlone };
    try {
      return { used: Math.max(own, count(folder)), isShared: true };
    } catch (error) {
      if (!(error instanceof StateFolderError)) throw error;
      if (!this.#hasFailed) onNoFolder?.(error.message);
      this.#hasFailed = true;
      return { used: own, isShared: false };
    }
  }

  /** Neither token nor space can be read from it. */
  #nameOf(month: string, spaceId: string): string {
    const whose = JSON.stringify([this.#options.scope(), spaceId]);
    const digest = crypto().createHash('sha256').update(whose).digest('hex');
    return `previews-${month}-${digest.slice(0, nameChars)}`;
  }
}
