import { runInThisContext } from 'node:vm';
import ts from 'typescript';
import { expect } from 'vitest';

/*
 * Examples of documentation as tests: a line that ends in `// => value` says what the expression before
 * it gives.
 */

const claim = /^(\s*)(.*[^\s;]);?\s+\/\/ => (.+)$/gm;

/** How many claims an example makes. */
export function countClaims(code: string): number {
  return [...code.matchAll(claim)].length;
}

/**
 * Runs an example in TypeScript and holds it to its claims.
 *
 * @param modules what it may import, by name.
 * @throws what the example throws, or what its first wrong claim does.
 */
export function runExample(code: string, modules: Readonly<Record<string, unknown>>): void {
  const holding = code.replace(claim, '$1same($2, $3);');
  const { outputText } = ts.transpileModule(holding, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const run = runInThisContext(`(function (require, exports, same) {${outputText}\n})`);
  const load = (name: string) => {
    if (!Object.hasOwn(modules, name)) throw new Error(`An example can't import ${name}`);
    return modules[name];
  };
  run(load, {}, (found: unknown, stated: unknown) => expect(found).toEqual(stated));
}
