/** Something that was asked for and can't be checked, or can't be rewritten. */
export interface Problem {
  /** The file, or the pattern, as it was given; nothing for a definition that is in no file. */
  file?: string;
  /** What is wrong, as the rest of a sentence about the file, or about a line of it. */
  reason: string;
  /** From 1. */
  line?: number;
}

/** Why a text can't be checked, or a file not be rewritten. */
export class FileError extends Error {
  override name = 'FileError';
  readonly line: number | undefined;

  /** @param reason as the rest of a sentence. @param line from 1, if it is about a line. */
  constructor(reason: string, line?: number) {
    super(reason);
    this.line = line;
  }
}
