import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { npm } from '../support/npm.ts';
import { packInto } from '../support/pack.ts';
import { plainEnvironment } from '../support/program.ts';

/*
 * `segment-audiences-mcp/query` as others get it: installed from the package into an empty folder.
 */

const folder = mkdtempSync(join(tmpdir(), 'query-'));

beforeAll(() => {
  const { tarball } = packInto(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const install = ['install', '--offline', '--no-audit', '--no-fund', tarball];
  npm(install, { cwd: folder, env: plainEnvironment() });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a file of this text in the folder. @returns what it prints. */
function run(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return execFileSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' });
}

const use = `
const { tree, valid } = check("evnt('A').count() >= 1");
const text = "trait('plan').equals('vip')";
const right = check(text, { type: 'ACCOUNTS' });
console.log(JSON.stringify([
  valid, right.valid, format(right.tree), explain(right.tree, 'accounts'),
  evaluate(right.tree, { traits: { plan: 'vip' }, events: [] }, 0),
  references(right.tree).traits, applyFix(text, { start: 0, end: 5, text: 'x' }),
]));`;
const printed = JSON.stringify([
  ...[false, true, "trait('plan') = 'vip'", 'Accounts whose **plan** is "vip".', true, ['plan']],
  "x('plan').equals('vip')",
]);
const names = 'applyFix, check, evaluate, explain, format, references';

describe('the package', () => {
  test('can be imported', () => {
    const from = `import { ${names} } from 'segment-audiences-mcp/query';`;
    expect(run('a.mjs', from + use)).toBe(`${printed}\n`);
  });

  test('can be required', () => {
    const from = `const { ${names} } = require('segment-audiences-mcp/query');`;
    expect(run('a.cjs', from + use)).toBe(`${printed}\n`);
  });

  test('loads nothing else: no dependency, and no module of Node.js', () => {
    const bundle = join(folder, 'node_modules/segment-audiences-mcp/dist/query.js');
    expect(readFileSync(bundle, 'utf8')).not.toMatch(/\b(require|import)\(|\bprocess\b/);
  });
});

describe('its types', () => {
  const right = `
import { type CheckOptions, check, type Checked, type Diagnostic, evaluate, explain, type Expression,
  type Fix, applyFix, format, type Profile, type References, references } from 'segment-audiences-mcp/query';

const options: CheckOptions = { type: 'linked', purpose: 'audience' };
const checked: Checked = check('x', options);
const valid: boolean | undefined = checked.valid;
const tree: Expression = checked.tree;
const profile: Profile = { traits: { plan: 'vip' }, events: [{ name: 'A', at: 0, properties: { p: 1 } }] };
const found: References = references(tree);
const places = checked.diagnostics.map(({ line, column, fix }: Diagnostic) => [line, column, fix?.text]);
const fix: Fix = { start: 0, end: 1, text: '' };
const texts: string[] = [format(tree), explain(tree), explain(tree, 'USERS'), applyFix('x', fix)];
const member: boolean = evaluate(tree, profile, 0);
if (tree.kind === 'chain') texts.push(...tree.calls.map(({ name }) => name));
export { found, member, places, texts, valid };
`;
  const stand = `
import { type Sandbox, type SandboxOptions, type SandboxSeed, start } from 'segment-audiences-mcp/sandbox';

const options: SandboxOptions = { edition: 'v1alpha', port: 0 };
export const seedOf = (seed: SandboxSeed): SandboxOptions => ({ ...options, seed });
export async function membersOf(id: string): Promise<readonly string[] | undefined> {
  const sandbox: Sandbox = await start(options);
  const members = sandbox.members(sandbox.spaces[0]?.id ?? '', id);
  await sandbox.close();
  return members;
}
`;
  /** Files of Node.js and of the language, which are the same to all three. */
  const shared = new Map<string, ts.SourceFile>();
  const isOfOthers = (file: string) => /\/node_modules\/(?:typescript|@types)\//.test(file);

  /**
   * What the compiler says of files, and of the declarations that they lead to, but for those of others: checking
   * these takes longer than everything else here.
   *
   * @param files texts by name.
   */
  const compile = (files: Record<string, string>, module: string, moduleResolution: string) => {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const { options, errors } = ts.convertCompilerOptionsFromJson(
      {
        ...{ noEmit: true, strict: true, target: 'es2022', lib: ['es2022'] },
        ...{ module, moduleResolution, skipLibCheck: false, types: [] },
        typeRoots: [resolve('node_modules/@types')],
      },
      folder,
    );
    const host = ts.createCompilerHost(options);
    const read: typeof host.getSourceFile = host.getSourceFile;
    host.getCurrentDirectory = () => folder;
    host.getSourceFile = (file, ...more) => {
      const known = shared.get(file);
      if (known) return known;
      const found = read(file, ...more);
      if (found && isOfOthers(file)) shared.set(file, found);
      return found;
    };
    const roots = Object.keys(files).map((file) => join(folder, file));
    const program = ts.createProgram(roots, options, host);
    const checked = program.getSourceFiles().filter(({ fileName }) => !isOfOthers(fileName));
    return {
      checked: checked.map(({ fileName }) => basename(fileName)),
      diagnostics: [
        ...errors,
        ...program.getOptionsDiagnostics(),
        ...program.getGlobalDiagnostics(),
        ...checked.flatMap((file) => program.getSyntacticDiagnostics(file)),
        ...checked.flatMap((file) => program.getSemanticDiagnostics(file)),
      ],
    };
  };
  const wrong = `import { check } from 'segment-audiences-mcp/query'; check('x', { type: 'people' });`;
  const all = (ending: string) => ({
    [`query.${ending}`]: right,
    [`sandbox.${ending}`]: stand,
    [`wrong.${ending}`]: wrong,
  });

  test.each([
    ['nodenext', 'nodenext', { ...all('mts'), ...all('cts') }, ['wrong.cts', 'wrong.mts']],
    ['node16', 'node16', { ...all('mts'), ...all('cts') }, ['wrong.cts', 'wrong.mts']],
    ['preserve', 'bundler', all('ts'), ['wrong.ts']],
  ])(
    'are found with module %s and its resolution %s, and notice nothing but a wrong use',
    (module, resolution, files, expected) => {
      const { checked, diagnostics } = compile(files, module, resolution);
      expect(checked).toEqual(
        expect.arrayContaining([...Object.keys(files), 'query.d.ts', 'sandbox.d.ts']),
      );
      const errors = diagnostics.map(({ file, code }) => [basename(file?.fileName ?? ''), code]);
      expect(errors.sort()).toEqual(expected.map((file) => [file, 2322]));
    },
  );
});
