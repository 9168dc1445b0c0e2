import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as z from 'zod';
import { AudiencesError, errorCodes } from '../../src/segment/errors.ts';
import { tools } from '../../src/tools/registry.ts';
import { syntaxOf } from './syntax.ts';

/*
 * What users read, gathered into files that people can read: a change of words shows in their diff.
 */

const errorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  next: z.string(),
});

/** An error, thrown or as a tool returned it: its code, its message, and what to do next. */
export function errorInWords(error: unknown): string {
  const plain = error instanceof AudiencesError ? error.toJSON().error : error;
  const { code, message, next } = errorSchema.parse(plain);
  return `${code}: ${message}\n→ ${next}`;
}

/** What a function throws. */
export async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

/** Titled texts, one below the other. */
export function asFile(texts: Readonly<Record<string, string>>): string {
  const parts = Object.entries(texts).map(([title, text]) => `## ${title}\n\n${text.trimEnd()}\n`);
  return parts.join('\n');
}

/** Where the snapshots are, for a test in `test/contract`. */
export const wordingFile = (name: string) => `./wording/${name}.txt`;

/** The folders whose words are in the snapshots; the query language has one of its own. */
const folders = ['tools', 'safety', 'segment', 'space'];

/** A piece of a text in the source, between what is filled in. */
export interface Prose {
  file: string;
  text: string;
  /** Whether an error is made of it. */
  isOfError: boolean;
}

/** Enough words to be a piece of a sentence. */
const minWords = 3;

const inOneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

/** All pieces of prose in the source, but for those of tool definitions. */
export function proseInSource(): Prose[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join('src', folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .toSorted(),
  );
  const defined = inOneLine(definitions());
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => prosePieces(file))
    .filter(({ text }) => !defined.includes(text));
}

function definitions(): string {
  const texts = tools.map((tool) => {
    const file = `test/contract/tools/${tool.name}.json`;
    const strings: string[] = [tool.title];
    JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) => {
      if (typeof value === 'string') strings.push(value);
      return value;
    });
    return strings.join('\n');
  });
  return texts.join('\n');
}

function prosePieces(file: string): Prose[] {
  const source = syntaxOf(join('src', file));
  const pieces: Prose[] = [];
  const visit = (node: ts.Node, isInError: boolean) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    const isOfError =
      isInError || (ts.isNewExpression(node) && /Error$/.test(node.expression.getText(source)));
    if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
      pieces.push({ file, text: inOneLine(node.text), isOfError });
    }
    ts.forEachChild(node, (child) => visit(child, isOfError));
  };
  visit(source, false);
  const wordsIn = (piece: string) => piece.split(' ').filter((word) => /[a-z]/i.test(word)).length;
  return pieces.filter((piece) => wordsIn(piece.text) >= minWords);
}

/** The words of some snapshots, on one line. */
export function wordsOf(names: readonly string[]): string {
  const texts = names.map((name) => readFileSync(`test/contract/wording/${name}.txt`, 'utf8'));
  return inOneLine(texts.join('\n'));
}
