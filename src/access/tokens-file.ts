import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { baseUrls } from '../config/config.ts';
import { safeUrl, settings } from '../config/settings.ts';
import { slipIn } from '../config/slips.ts';
import type { EditionSetting } from '../segment/editions/editions.ts';
import { editionSettings } from '../segment/editions/editions.ts';
import { BrokenFile, parseJson } from './file-text.ts';
import { tokenNameSchema } from './policy.ts';

/** A named token for one workspace of Segment. */
export interface SegmentToken {
  readonly name: string;
  readonly token: string;
  readonly baseUrl: string;
  /** Undefined for that of the settings. */
  readonly edition: EditionSetting | undefined;
}

/** The named tokens of a file, by name. */
export type SegmentTokens = ReadonlyMap<string, SegmentToken>;

const fileName = z.string().min(1, 'must not be empty');

const entrySchema = z.strictObject({
  tokenFile: fileName.optional(),
  token: z.string().optional(),
  region: z.enum(['us', 'eu']).optional(),
  edition: z.enum(editionSettings).optional(),
  apiUrl: safeUrl().optional(),
});
type Entry = z.infer<typeof entrySchema>;

const fileSchema = z.strictObject({
  version: z.literal(1),
  tokens: z.record(z.string(), entrySchema),
});

/**
 * Entries that are as an earlier version had them stay the same objects, so that what depends on one
 * can be kept.
 *
 * @param path of the file: names of other files in it are relative to its folder. @param read reads
 * such a file. @param before the earlier version. @throws {BrokenFile} with everything that is
 * wrong; it never repeats a token.
 */
export async function parseTokensFile(
  path: string,
  text: string,
  read: (path: string) => Promise<string>,
  before: SegmentTokens = new Map(),
): Promise<SegmentTokens> {
  const { tokens } = parseJson(text, fileSchema);
  const problems: string[] = [];
  const found = new Map<string, SegmentToken>();
  const readNextTo = (file: string) => read(resolve(dirname(path), file));
  for (const [index, [name, entry]] of Object.entries(tokens).entries()) {
    if (!tokenNameSchema.safeParse(name).success) {
      problems.push(
        `The name of entry ${index + 1} must be 1 to 32 letters, digits, hyphens or underscores.`,
      );
      continue;
    }
    const made = await segmentToken(name, entry, readNextTo);
    if (Array.isArray(made)) problems.push(...made);
    else found.set(name, unlessChanged(before.get(name), made));
  }
  if (problems.length === 0 && found.size === 0) problems.push('tokens must name at least one.');
  if (problems.length > 0) throw new BrokenFile(problems);
  return found;
}

/** @returns what is wrong, a sentence each, if anything is. */
async function segmentToken(
  name: string,
  entry: Entry,
  read: (path: string) => Promise<string>,
): Promise<SegmentToken | string[]> {
  const place = `tokens.${name}`;
  const { token, problem } = await tokenOf(entry, read);
  const baseUrl = entry.apiUrl ?? (entry.region && baseUrls[entry.region]);
  if (token !== undefined && baseUrl !== undefined) {
    return { name, token, baseUrl, edition: entry.edition };
  }
  return [
    ...(problem === undefined ? [] : [`${place}${problem}.`]),
    ...(baseUrl === undefined ? [`${place} needs a region, us or eu.`] : []),
  ];
}

function unlessChanged(before: SegmentToken | undefined, now: SegmentToken): SegmentToken {
  return before && isSame(before, now) ? before : now;
}

function isSame(one: SegmentToken, other: SegmentToken): boolean {
  return (
    one.token === other.token && one.baseUrl === other.baseUrl && one.edition === other.edition
  );
}

/** The problem follows the name of the entry. */
async function tokenOf(
  { token, tokenFile }: Entry,
  read: (path: string) => Promise<string>,
): Promise<{ token?: string; problem?: string }> {
  if ((token === undefined) === (tokenFile === undefined)) {
    return { problem: ' must have either token or tokenFile' };
  }
  if (token !== undefined) return checkedToken(token.trim(), '.token');
  try {
    return checkedToken((await read(tokenFile ?? '')).trim(), ".tokenFile: the file's content");
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    return { problem: `.tokenFile: ${error.problems.join(' ').replace(/\.$/, '')}` };
  }
}

function checkedToken(text: string, place: string): { token?: string; problem?: string } {
  if (text === '') return { problem: `${place} is empty` };
  const what =
    slipIn(text)?.what ?? settings.token.schema().safeParse(text).error?.issues[0]?.message;
  return what === undefined ? { token: text } : { problem: `${place} ${what}` };
}
