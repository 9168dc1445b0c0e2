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
type Effect = 'enter' | 'break' | 'erase' | 'add';

/** In raw mode, Ctrl-C, Ctrl-D and the erase keys are ours to handle. */
const effects: Readonly<Record<string, Effect>> = {
  ...{ '\r': 'enter', '\n': 'enter' },
  ...{ '\u0003': 'break', '\u0004': 'break' },
  ...{ '\b': 'erase', '\u007f': 'erase' },
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
    let typed = '';
    const end = (line: string | undefined) => {
      input.removeListener('data', onData);
      input.removeListener('end', onEnd);
      input.pause();
      resolve(line);
    };
    const onEnd = () => end(undefined);
    const onData = (text: string) => {
      const characters = [...text];
      const last = characters.findIndex((each) => isLast(effects[each]));
      typed = characters.slice(0, last === -1 ? undefined : last).reduce(withCharacter, typed);
      if (last !== -1) end(effects[characters[last] ?? ''] === 'enter' ? typed : undefined);
    };
    input.setEncoding('utf8');
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
  });
}

function isLast(effect: Effect | undefined): boolean {
  return effect === 'enter' || effect === 'break';
}

function withCharacter(typed: string, character: string): string {
  return effects[character] === 'erase' ? typed.slice(0, -1) : typed + character;
}
