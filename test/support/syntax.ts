import { readFileSync } from 'node:fs';
import ts from 'typescript';

const known = new Map<string, ts.SourceFile>();

/**
 * The syntax tree of a file of ours, without its comments. Several tests look at all files, and share
 * the trees.
 *
 * @param file relative to the project.
 */
export function syntaxOf(file: string): ts.SourceFile {
  const tree =
    known.get(file) ??
    ts.createSourceFile(file, readFileSync(file, 'utf8'), {
      languageVersion: ts.ScriptTarget.Latest,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    });
  known.set(file, tree);
  return tree;
}
