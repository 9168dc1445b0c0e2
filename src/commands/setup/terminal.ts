/** The terminal of whoever runs a command. */
export interface Terminal {
  /** Asks on a line of its own; undefined if the user cancels with Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string | undefined>;
  /** The same, without echo. */
  askSecret(question: string): Promise<string | undefined>;
  /**
   * Gives the keyboard back after the last question. Nothing that was typed until then is shown, or left
   * to the shell: it may be a secret, which the shell would run as a command and keep in its history.
   */
  close(): Promise<void>;
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
  /** Where that is written which the questions are about. */
  shown: { isTTY?: boolean };
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

/** The terminal on these streams; undefined if one of them is not a terminal. */
export function terminalOf({ input, output, shown }: TerminalStreams): Terminal | undefined {
  if (!input.isTTY || !output.isTTY || !shown.isTTY) return undefined;
  let isOurs = false;
  const answerTo = async (question: string, echo: (text: string) => void) => {
    isOurs = true;
    // Before the question, or the terminal would show what is typed at once.
    input.setRawMode?.(true);
    output.write(question);
    const answer = await readLine(input, echo);
    output.write('\n');
    return answer;
  };
  return {
    ask: (question) => answerTo(question, (text) => output.write(text)),
    askSecret: (question) => answerTo(question, () => {}),
    async close() {
      if (!isOurs) return;
      await dropTyped(input);
      input.setRawMode?.(false);
    },
  };
}

/** Reads what was typed, to no effect. */
async function dropTyped(input: TerminalStreams['input']): Promise<void> {
  input.resume();
  // The first may come before the event loop reads input, the second only after.
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  input.pause();
}

/** Reads up to the end of the line; undefined if the user cancels. @param echo shows what is typed. */
function readLine(
  input: TerminalStreams['input'],
  echo: (text: string) => void,
): Promise<string | undefined> {
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
      const before = line.text;
      const effect = line.add(text);
      echo(changeOf(before, line.text));
      if (effect !== undefined) end(effect === 'enter' ? line.text : undefined);
    };
    input.setEncoding('utf8');
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
  });
}

/** What makes one line of another on a screen. */
function changeOf(before: string, after: string): string {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  return '\b \b'.repeat(before.length - same) + after.slice(same);
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
      else if (effect === 'clear') this.text = '';
      // Another control character, such as Ctrl-Z, would be an unseen part of the line.
      else if (character >= ' ') this.text += character;
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
