import { minTokenChars, type Setting, type SettingWithFallback } from './settings.ts';
import { holdsTokenForm, slipIn } from './slips.ts';

/** The command line by flag name; true for a flag without a value. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** A place where a value may come from. */
interface Source {
  /** The flag or variable, as the user knows it. */
  name: string;
  isFlag: boolean;
  text: string;
}

/**
 * Reads what was given by flags and environment, and collects what is wrong with it. No sentence
 * repeats a value, which may be a token in the wrong place.
 */
export class Given {
  readonly flags: Flags;
  readonly environment: Environment;
  /** What keeps the program from starting, one sentence each. */
  readonly problems: string[];
  /** What is ignored, one sentence each. */
  readonly warnings: string[] = [];
  /** The flags and variables that hold nothing but a placeholder. */
  readonly placeholders = new Set<string>();
  /** Values that may appear in no setting but their own. */
  readonly #tokens: string[] = [];

  /** @param known problems already found. */
  constructor(flags: Flags, environment: Environment, known: readonly string[] = []) {
    this.flags = flags;
    this.environment = environment;
    this.problems = [...known];
    this.keepOut(environment.SEGMENT_API_TOKEN?.trim() ?? '');
  }

  /** From now on, refuses a value that contains this token, except in settings for secrets. */
  keepOut(token: string): void {
    if (token.length >= minTokenChars) this.#tokens.push(token);
  }

  /** The value of a setting; undefined if nothing, or nothing valid, is given. Flags win. */
  read<Value>(setting: Setting<Value>): Value | undefined {
    if (setting.flag !== undefined) {
      const flag = this.flags[setting.flag];
      if (flag === true && setting.argument !== undefined) {
        this.problems.push(
          `--${setting.flag} needs a value: --${setting.flag} ${setting.argument}.`,
        );
        return undefined;
      }
      const text = flag === true ? '1' : flag;
      const source = { name: `--${setting.flag}`, isFlag: true };
      const found = typeof text === 'string' && this.#look(setting, { ...source, text });
      if (found) return found.value;
    }
    const text = this.environment[setting.env];
    if (text === undefined) return undefined;
    return this.#look(setting, { name: setting.env, isFlag: false, text })?.value;
  }

  readOrFallback<Value>(setting: SettingWithFallback<Value>): Value {
    return this.read(setting) ?? setting.schema().parse(setting.fallback);
  }

  /** @returns undefined if nothing is given, and an object without a value if it is wrong. */
  #look<Value>(setting: Setting<Value>, source: Source): { value?: Value } | undefined {
    const text = source.text.trim();
    if (text === '') {
      if (source.isFlag && setting.restricts) return this.#refuse(setting, source, 'is empty');
      const effect = setting.restricts ? ' and restricts nothing' : '';
      this.warnings.push(`${source.name} is empty, so it is treated as not set${effect}.`);
      return undefined;
    }
    const shown = setting.variable ? text.replaceAll(setting.variable, 'x') : text;
    const slip = slipIn(shown, setting.argument?.includes('='));
    if (slip?.kind === 'placeholder' && !setting.restricts) {
      this.placeholders.add(source.name);
      this.warnings.push(`${source.name} ${slip.what}, so it is treated as not set.`);
      return undefined;
    }
    if (slip) return this.#refuse(setting, source, slip.what);
    if (!setting.secret && this.#holdsToken(text)) {
      return this.#refuse(setting, source, 'holds a token, which belongs in SEGMENT_API_TOKEN');
    }
    const result = setting.schema().safeParse(text);
    if (result.success) return { value: result.data };
    return this.#refuse(setting, source, ...result.error.issues.map(({ message }) => message));
  }

  #refuse(setting: Setting<unknown>, { name, isFlag }: Source, ...what: string[]): object {
    if (setting.shared && !isFlag) {
      const held = `${setting.fallback ?? 'no value'} is used instead`;
      this.warnings.push(...what.map((each) => `${name} ${each}; ${held}.`));
      return {};
    }
    const advice = setting.restricts
      ? ' It is a restriction, so it needs a clear value: set it, or leave it out.'
      : '';
    this.problems.push(...what.map((each) => `${name} ${sentence(each)}${advice}`));
    return {};
  }

  #holdsToken(text: string): boolean {
    return this.#tokens.some((token) => text.includes(token)) || holdsTokenForm(text);
  }
}

function sentence(text: string): string {
  return text.endsWith('?') ? text : `${text}.`;
}
