/** The terminal of whoever runs a command. */
export interface Terminal {
  /** Asks on a line of its own; resolves to the typed text, without the line break. */
  ask(question: string): Promise<string>;
  /** The same, without echo; undefined if the user cancels with Ctrl-C or Ctrl-D. */
  askSecret(question: string): Promise<string | undefined>;
}

/** The streams of a terminal: the process's own, or a test's. */
export interface TerminalStreams {
  input: {
    isTTY?: boolean;
    setRawMode?(raw: boolean): unknown;
    setEncoding(encoding: 'utf8'): unknown;
    on(event: 'data', listener: (text: string) => void): unknown;
    on(event: 'end', listener: () => void): unknown;
    removeListener(event: string, listener: (...args: never[]) => void): unknown;
    resume(): unknown;
    pause(): unknown;
  };
  /** Where questions are written. */
  output: { isTTY?: boolean; write(text: string): unknown };
}

/** The effect of a typed character. */
type Effect = 'enter' | 'break' | 'erase' | 'clear';

/** In raw mode, Ctrl-C, Ctrl-D, Ctrl-U and the erase keys are ours to handle. */
const effects: Readonly<Record<string, Effect>> = {
  ...{ '\r': 'enter', '\n': 'enter' },
  ...{ '\u0003': 'break', '\u0004': 'break' },
  ...{ '\b': 'erase', '\u007f': 'erase' },
  '\u0015': 'clear',
};

/** The terminal on two streams; undefined if either is not a terminal. */
export function terminalOf({ input, output }: TerminalStreams): Terminal | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return {
    async ask(question) {
      output.write(question);
      return (await readLine(input)) ?? '';
    },
    async askSecret(question) {
      // Before the question, or what is typed at once would be shown.
      input.setRawMode?.(true);
      output.write(question);
      try {
        return await readLine(input);
      } finally {
        input.setRawMode?.(false);
        output.write('\n');
      }
    },
  };
}

/** Reads up to the end of the line; undefined if the user cancels. */
function readLine(input: TerminalStreams['input']): Promise<string | undefined> {
  return new Promise((resolve) => {
    const line = new Line();
    const end = (text: string | undefined) => {
      input.removeListener('data', onData);
      input.removeListener('end', onEnd);
      input.pause();
      resolve(text);
    };
    const onEnd = () => end(undefined);
    const onData = (text: string) => {
      const effect = line.add(text);
      if (effect !== undefined) end(effect === 'enter' ? line.text : undefined);
    };
    input.setEncoding('utf8');
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
  });
}

const escapeKey = '\u001b';

/**
 * A line that is being typed. Escape sequences, which arrow keys and the two ends of a paste send, are no
 * part of it (ECMA-48, 5.4; xterm's control sequences).
 */
class Line {
  text = '';
  /** What an escape sequence is waiting for: its second character, its end, or one more character. */
  #awaited: 'second' | 'end' | 'one more' | undefined;

  /** @returns what ends the line, if that was typed; what follows it is dropped. */
  add(typed: string): 'enter' | 'break' | undefined {
    // Whoever presses the key Escape goes on with another key. A sequence comes at once, or is cut in two.
    if (this.#awaited === 'second' && !introducers.has(typed.charAt(0))) this.#awaited = undefined;
    for (const character of typed) {
      if (this.#isInSequence(character)) continue;
      const effect = effects[character];
      if (effect === 'enter' || effect === 'break') return effect;
      if (effect === 'erase') this.text = this.text.slice(0, -1);
      else this.text = effect === 'clear' ? '' : this.text + character;
    }
    return undefined;
  }

  #isInSequence(character: string): boolean {
    if (character === escapeKey) {
      this.#awaited = 'second';
      return true;
    }
    // A control character, such as Ctrl-C, has its effect wherever it comes.
    if (this.#awaited === undefined || character < ' ') {
      this.#awaited = undefined;
      return false;
    }
    if (this.#awaited === 'second') this.#awaited = introducers.get(character);
    else if (this.#awaited === 'one more' || character >= '@') this.#awaited = undefined;
    return true;
  }
}

/** What the second character of an escape sequence makes it wait for; after others, it is complete. */
const introducers: ReadonlyMap<string, 'end' | 'one more'> = new Map([
  ['[', 'end'],
  ['O', 'one more'],
]);
