import { ConfigError } from '../../config/config.ts';
import { parseSeed, type SandboxSeed, SeedError } from '../../sandbox/start.ts';
import { FileError, readText } from '../text-files.ts';

/**
 * Reads a seed of the right form; the sandbox checks its content when it starts.
 *
 * @throws {ConfigError} for a file that can't be read, or that is not a seed.
 */
export async function seedOfFile(path: string): Promise<SandboxSeed> {
  try {
    const { text } = await readText(path);
    return parseSeed(JSON.parse(text));
  } catch (error) {
    if (error instanceof SeedError) throw seedRefused(path, error);
    if (error instanceof FileError) throw new ConfigError([`--seed ${path} ${error.message}.`]);
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigError([`--seed ${path} is not JSON: ${error.message}.`]);
  }
}

/** The error with all that is wrong with the seed of a file. */
export function seedRefused(path: string, { problems, unchecked }: SeedError): ConfigError {
  const all = [...problems, ...(unchecked === undefined ? [] : [unchecked])];
  return new ConfigError(all.map((problem) => `--seed ${path}: ${problem}.`));
}
