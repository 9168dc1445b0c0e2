import { catalog } from './catalog.ts';
import type { Atom } from './fix-atoms.ts';
import type { LanguageFunction } from './language-function.ts';

/*
 * What each part of a text belongs to: a window, a comparison or the name of an event to the chain that
 * it stands in, a condition to the chain that takes it. A fix may move a part, but not to another owner.
 */

/** A bracket that is open, or the text around all of them. */
interface Frame {
  /** What takes whatever stands in it. */
  taker: number | undefined;
  /** The beginning of the chain that is going on. */
  head: number | undefined;
  /** The beginning of a chain that the first is compared with. */
  compared: number | undefined;
  /** Arguments, a group of conditions, or a call around what it is of, as in `count(event('A'))`. */
  kind: 'arguments' | 'group' | 'around';
}

/** What begins a chain that a text goes on with. */
const outside = -1;

/** For each atom the index of the one that it belongs to; undefined for what stands by itself. */
export function ownersOf(atoms: readonly Atom[]): (number | undefined)[] {
  const frames: Frame[] = [frameOf('group', undefined)];
  const owners = atoms.map((atom, index) => {
    const frame = frames.at(-1) ?? frameOf('group', undefined);
    if (atom.kind === 'mark') {
      takeMark(atom.text, index, atoms, frames);
      return undefined;
    }
    if (isJoint(atom)) {
      endChain(frame);
      return undefined;
    }
    return ownerOf(atom, index, atoms[index - 1], frame);
  });
  return owners.map((owner) => (owner === outside ? undefined : owner));
}

function frameOf(kind: Frame['kind'], taker: number | undefined): Frame {
  return { taker, head: undefined, compared: undefined, kind };
}

function endChain(frame: Frame): void {
  if (frame.kind === 'around') return;
  frame.head = undefined;
  frame.compared = undefined;
}

function isJoint({ kind, text, names }: Atom): boolean {
  return kind === 'word' && [text, ...names()].some((name) => /^(?:AND|OR|NOR|NAND)$/i.test(name));
}

/** What an atom belongs to; those that begin a chain are noted. */
function ownerOf(
  atom: Atom,
  index: number,
  before: Atom | undefined,
  frame: Frame,
): number | undefined {
  const begins = isOf(atom, 'extractor');
  const isCall = before?.kind === 'mark' && before.text === '.';
  if (frame.head === undefined) {
    if (begins || isCall) frame.head = begins ? index : outside;
    return frame.taker;
  }
  if (isCall) return frame.compared ?? frame.head;
  if (begins && before && isOf(before, 'comparison')) frame.compared = index;
  return frame.head;
}

function isOf({ kind, names }: Atom, wanted: LanguageFunction['kind']): boolean {
  return kind === 'word' && names().some((name) => catalog.get(name)?.kind === wanted);
}

function takeMark(text: string, index: number, atoms: readonly Atom[], frames: Frame[]): void {
  const frame = frames.at(-1);
  if (!frame) return;
  if (/^[({[]$/.test(text)) frames.push(opened(index, atoms, frame));
  else if (/^[)}\]]$/.test(text)) close(frames);
  else if (text === ',') endChain(frame);
}

function opened(index: number, atoms: readonly Atom[], frame: Frame): Frame {
  const [before, after] = [atoms[index - 1], atoms[index + 1]];
  const isCall = before?.kind === 'word' && !isJoint(before) && !before.names().includes('NOT');
  if (!isCall) return frameOf('group', frame.taker);
  const head = frame.compared ?? frame.head;
  const isEnd = isOf(before, 'reducer') || isOf(before, 'comparison');
  const isAround = head === undefined && isEnd && after !== undefined && isOf(after, 'extractor');
  return isAround ? frameOf('around', frame.taker) : frameOf('arguments', head ?? frame.taker);
}

/** A chain in a group goes on behind it. */
function close(frames: Frame[]): void {
  const closed = frames.pop();
  const around = frames.at(-1);
  // What is closed here may have been opened before the text.
  if (!around) frames.push({ ...frameOf('group', undefined), head: outside });
  else if (closed && closed.kind !== 'arguments') around.head ??= closed.head;
}
