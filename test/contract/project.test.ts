import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
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
