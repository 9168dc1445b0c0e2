import { catalog } from './catalog.ts';
import type { Atom } from './fix-atoms.ts';
import type { LanguageFunction } from './language-function.ts';

/*
 * What each part of a text belongs to: a window, a comparison or the name of an event to its chain,
 * a condition to the chain that takes it. A fix may move a part, but not to another owner.
 */

/** An open bracket, or the text around all brackets. */
interface Frame {
  /** The owner of its contents. */
  taker: number | undefined;
  /** The start of the current chain. */
  head?: number;
  /** The start of the chain that the current one is compared with. */
  compared?: number;
  /** Whether it contains arguments; otherwise a chain in it continues after it. */
  isOfArguments: boolean;
  /** The call around its subject, as in `count(event('A'))`. */
  around?: number;
  /** The start of that subject, once further arguments follow it. */
  subject?: number;
}

/** Stands for the start of a chain that lies before the text. */
const outside = -1;

/** For each atom the index of its owner; undefined if it has none. */
export type Owners = readonly (number | undefined)[];

/** The owners of the atoms of a text. */
export function ownersOf(atoms: readonly Atom[]): Owners {
  return new OwnerFinder(atoms).find();
}

class OwnerFinder {
  readonly #atoms: readonly Atom[];
  readonly #owners: (number | undefined)[] = [];
  readonly #outer: Frame[] = [];
  #frame: Frame = { taker: undefined, isOfArguments: false };

  constructor(atoms: readonly Atom[]) {
    this.#atoms = atoms;
  }

  find(): Owners {
    for (const [index, atom] of this.#atoms.entries()) {
      if (atom.kind === 'mark') this.#takeMark(atom.text, index);
      else if (isConjunction(atom)) this.#endChain();
      else this.#owners[index] = this.#ownerOf(atom, index);
    }
    return this.#atoms.map((_, index) => {
      const owner = this.#owners[index];
      return owner === outside ? undefined : owner;
    });
  }

  #takeMark(text: string, index: number): void {
    if (/^[({[]$/.test(text)) this.#open(index);
    else if (/^[)}\]]$/.test(text)) this.#close();
    else if (text === ',') this.#endChain();
  }

  #endChain(): void {
    const { around, subject, head } = this.#frame;
    if (around !== undefined && subject === undefined) {
      // The further arguments of the call around its subject belong to the subject's chain.
      this.#frame.subject = head;
      this.#frame.taker = head;
      this.#frame.isOfArguments = true;
    }
    this.#frame.head = undefined;
    this.#frame.compared = undefined;
  }

  /** The owner of an atom; atoms that start a chain are recorded. */
  #ownerOf(atom: Atom, index: number): number | undefined {
    const frame = this.#frame;
    const before = this.#atoms[index - 1];
    const begins = isOf(atom, 'extractor');
    const isCall = before?.kind === 'mark' && before.text === '.';
    if (frame.head === undefined) {
      if (begins || isCall) frame.head = begins ? index : outside;
      return frame.taker;
    }
    if (isCall) return frame.compared ?? frame.head;
    if (begins && isOf(before, 'comparison')) frame.compared = index;
    return frame.head;
  }

  #open(index: number): void {
    this.#outer.push(this.#frame);
    const { taker, head, compared } = this.#frame;
    const [before, after] = [this.#atoms[index - 1], this.#atoms[index + 1]];
    const isCall =
      before?.kind === 'word' && !isConjunction(before) && !before.names().includes('NOT');
    const isEnd = isOf(before, 'reducer') || isOf(before, 'comparison');
    const isAround = isCall && isEnd && head === undefined && isOf(after, 'extractor');
    if (isAround) this.#frame = { taker, isOfArguments: false, around: index - 1 };
    else if (isCall) this.#frame = { taker: compared ?? head ?? taker, isOfArguments: true };
    else this.#frame = { taker, isOfArguments: false };
  }

  #close(): void {
    const closed = this.#frame;
    // The closed bracket may have been opened before the text.
    this.#frame = this.#outer.pop() ?? { taker: undefined, isOfArguments: false, head: outside };
    const head = closed.around === undefined ? closed.head : (closed.subject ?? closed.head);
    if (closed.isOfArguments && closed.around === undefined) return;
    this.#frame.head ??= head;
    if (closed.around !== undefined) this.#owners[closed.around] = head;
  }
}

function isConjunction({ kind, text, names }: Atom): boolean {
  return kind === 'word' && [text, ...names()].some((name) => /^(?:AND|OR|NOR|NAND)$/i.test(name));
}

function isOf(atom: Atom | undefined, wanted: LanguageFunction['kind']): boolean {
  return atom?.kind === 'word' && atom.names().some((name) => catalog.get(name)?.kind === wanted);
}
