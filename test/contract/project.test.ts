import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { generatedFiles } from '../../scripts/generated.ts';
import { linksOf, project } from '../../scripts/project.ts';

const manifest = z
  .looseObject({
    repository: z.unknown().optional(),
    bugs: z.unknown().optional(),
    homepage: z.unknown().optional(),
    mcpName: z.unknown().optional(),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

test('package.json has the links of the owner, and none while there is no owner', () => {
  const { repository, bugs, homepage, mcpName } = manifest;
  const none = {
    repository: undefined,
    bugs: undefined,
    homepage: undefined,
    mcpName: undefined,
  };
  expect({ repository, bugs, homepage, mcpName }).toEqual(linksOf(project) ?? none);
});

test('nothing is published without an owner', () => {
  expect(project.published && project.owner === undefined).toBe(false);
});

test('every link follows from the owner', () => {
  expect(linksOf({ owner: undefined, published: false })).toBeUndefined();
  expect(linksOf({ owner: 'acme', published: false })).toEqual({
    repository: { type: 'git', url: 'git+https://github.com/acme/segment-audiences-mcp.git' },
    bugs: { url: 'https://github.com/acme/segment-audiences-mcp/issues' },
    homepage: 'https://github.com/acme/segment-audiences-mcp#readme',
    mcpName: 'io.github.acme/segment-audiences-mcp',
  });
});

describe('the documents follow who publishes the program', () => {
  const alone = generatedFiles({ owner: undefined, published: false });
  const owned = generatedFiles({ owner: 'acme', published: false });
  const published = generatedFiles({ owner: 'acme', published: true });
  const home = 'https://github.com/acme/segment-audiences-mcp';
  const advisories = `${home}/security/advisories/new`;
  const issueConfig = '.github/ISSUE_TEMPLATE/config.yml';
  const inFile = (files: ReadonlyMap<string, string>, file: string) => files.get(file) ?? '';
  const inRegistry =
    /npmjs\.com|shields\.io|\b(?:npx|npm (?:i|install)) (?:-(?!-no\b)\S+ )*segment-audiences-mcp(?![-\w.]*\.tgz)/;

  const filesWith = (files: ReadonlyMap<string, string>, pattern: RegExp) =>
    [...files].flatMap(([file, content]) => (pattern.test(content) ? [file] : []));

  test('nothing names an owner while there is none', () => {
    expect(filesWith(alone, /github\.com\/[\w-]+\/segment-audiences|io\.github\./)).toEqual([]);
    expect(inFile(alone, 'README.md')).not.toContain('[![');
    expect(parse(inFile(alone, issueConfig))).toEqual({ blank_issues_enabled: false });
  });

  test('nothing names the package in the registry before it is there', () => {
    expect(filesWith(alone, inRegistry)).toEqual([]);
    expect(filesWith(owned, inRegistry)).toEqual([]);
    expect(filesWith(published, inRegistry)).toEqual(
      expect.arrayContaining(['README.md', 'docs/setup.md']),
    );
  });

  test('the README begins with badges: of the checks, and of a published package', () => {
    const workflow = `${home}/actions/workflows/ci.yml`;
    const checks = `[![CI](${workflow}/badge.svg)](${workflow})`;
    expect(existsSync('.github/workflows/ci.yml')).toBe(true);
    const badgesIn = (files: ReadonlyMap<string, string>) =>
      inFile(files, 'README.md').match(/^\[!\[.*$/gm) ?? [];
    expect(badgesIn(owned)).toEqual([checks]);
    expect(badgesIn(published)).toEqual([
      checks,
      '[![npm](https://img.shields.io/npm/v/segment-audiences-mcp)](https://www.npmjs.com/package/segment-audiences-mcp)',
      `[![license](https://img.shields.io/npm/l/segment-audiences-mcp)](${home}/blob/main/LICENSE)`,
    ]);
    const [, first = ''] = inFile(owned, 'README.md').split(/^#.*$/m);
    expect(first).toContain(checks);
  });

  test('reports in private are one click away', () => {
    expect(parse(inFile(owned, issueConfig))).toEqual({
      blank_issues_enabled: false,
      contact_links: [
        {
          name: expect.any(String),
          url: advisories,
          about: expect.stringContaining('maintainers'),
        },
      ],
    });
    for (const file of ['SECURITY.md', 'CODE_OF_CONDUCT.md']) {
      expect(inFile(owned, file)).toContain(`[repository's security advisories](${advisories})`);
      expect(inFile(alone, file)).toContain("the repository's security advisories");
    }
  });

  test('the README says where to clone from, once that is known', () => {
    expect(inFile(alone, 'README.md')).not.toContain('git clone');
    expect(inFile(owned, 'README.md')).toContain(
      `\ngit clone ${home}.git && cd segment-audiences-mcp\n`,
    );
  });

  test('the README sets a client up from a clone, and from the registry once the package is there', () => {
    expect(inFile(owned, 'README.md')).toContain(
      '\nnode dist/main.js setup claude-desktop --write\n',
    );
    const text = inFile(published, 'README.md');
    expect(text).toContain('\nnpx -y segment-audiences-mcp@latest setup claude-desktop --write\n');
    expect(text).toContain('`npm install --global segment-audiences-mcp`');
    expect(text).not.toContain('node dist/main.js');
  });

  test('the page on set-up says what setup does with a copy of npx', () => {
    const file = 'docs/setup.md';
    expect(inFile(owned, file)).toContain('so setup refuses\nto use it');
    const text = inFile(published, file);
    expect(text).toContain(`\`npx -y segment-audiences-mcp@${packageJson.version}\``);
    expect(text).toContain('`npm install --global segment-audiences-mcp`');
    expect(text).not.toMatch(/refuses\s+to use it|\.tgz|node dist\/main\.js/);
  });
});
