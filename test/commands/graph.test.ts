import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseCommand } from '../../src/cli.ts';
import { runGraph } from '../../src/commands/graph.ts';
import { runReport } from '../../src/commands/report.ts';
import { ConfigError } from '../../src/config/config.ts';
import { once } from '../../src/once.ts';
import { type SandboxOptions, type Seed, start } from '../../src/sandbox/start.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type PictureRunOptions, runWith } from '../support/picture-machine.ts';
import { sharedPeople } from '../support/shared-people.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { elementsIn, parseXml, textIn } from '../support/xml.ts';

const token = 'sgp_doNotShowThisToken1234';
const space = 'spa_1';

/** Runs a command line. */
function run(given: readonly string[], options: PictureRunOptions = {}) {
  return runWith(async (machine, output) => {
    const command = parseCommand(given);
    if (command.kind === 'graph') return runGraph(command, machine, output);
    if (command.kind === 'report') return runReport(command, machine, output);
    throw new Error(`It is ${command.kind}`);
  }, options);
}

const audience = (name: string, query: string, more: Partial<Seed> = {}): Seed => ({
  name,
  definition: { query, level: 'users' },
  ...more,
});

const seeds: readonly Seed[] = [
  audience('Base', "event('A').count() >= 1"),
  audience('Top', "trait('base') = 'true'"),
  audience(`Named ${token}`, "trait('base') = 'true'"),
];

/** A sandbox with these audiences, and how to reach it. */
async function segment(options: SandboxOptions = {}) {
  const clock = new ManualClock();
  const sandbox = await start({
    clock: clock.server,
    people: sharedPeople,
    seeds: { [space]: seeds, spa_2: [] },
    ...options,
  });
  onTestFinished(() => sandbox.close());
  const environment = {
    SEGMENT_API_URL: sandbox.url,
    SEGMENT_API_TOKEN: token,
    SEGMENT_SPACE_ID: space,
  };
  return { clock, environment };
}

function folder(): string {
  return temporaryFolder('pictures');
}

async function problemsOf(running: Promise<unknown>): Promise<readonly string[]> {
  try {
    await running;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('graph', () => {
  test.each([
    ['svg', /^<svg /],
    ['mermaid', /^flowchart LR\n/],
    ['dot', /^digraph /],
    ['json', /^\{/],
  ])('writes %s to stdout, without the token that a name holds', async (format, beginning) => {
    const { code, stdout, stderr } = await run(['graph', '--format', format], await segment());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(beginning);
    expect(stdout).toContain('Top');
    expect(stdout).not.toContain('doNotShow');
    expect(stdout).toMatch(/Named (?:\[|#91;)redacted/);
  });

  test('writes SVG by default', async () => {
    const { stdout } = await run(['graph'], await segment());
    expect(parseXml(stdout).name).toBe('svg');
  });

  test('redacts a name before it is cut', async () => {
    const name = `${'x'.repeat(48)} ${token}`;
    const world = { [space]: [...seeds, audience(name, "trait('base') = 'true'")] };
    for (const format of ['svg', 'mermaid', 'dot', 'json']) {
      const given = await segment({ seeds: world });
      const { stdout } = await run(['graph', '--format', format], given);
      expect(stdout).not.toContain('sgp_doN');
      expect(stdout).not.toContain('sgp#95;doN');
    }
  });

  test('takes no trait of the space for a missing key', async () => {
    const query = "trait('newsletter') = 'true' AND trait('gone_audience') = 'true'";
    const given = await segment({
      seeds: undefined,
      seed: {
        spaces: [
          {
            id: space,
            profiles: [{ id: 'p', traits: { newsletter: true } }],
            audiences: [{ name: 'A', audienceType: 'USERS', definition: { query } }],
          },
        ],
      },
    });
    const { stdout } = await run(['graph', '--format', 'json'], given);
    expect(JSON.parse(stdout)).toMatchObject({ missingKeys: ['gone_audience'] });
  });

  test('draws another space with --space', async () => {
    const { stdout } = await run(['graph', '--space', 'spa_2'], await segment());
    expect(stdout).toContain('No audience of the space is built on another one.');
  });
});

describe('report', () => {
  /** The report on the shop, which is made once for several tests. */
  const reportOnShop = once(async () => {
    const given = await segment({ seeds: undefined });
    const environment = { ...given.environment, SEGMENT_SPACE_ID: 'spa_shop_production' };
    return run(['report'], { ...given, environment });
  });

  test('is one page without script, with headings, a picture, a table and what deserves a look', async () => {
    const { code, stdout } = await run(['report'], await segment());
    expect(code).toBe(0);
    expect(stdout).not.toContain('doNotShow');
    const all = elementsIn(parseXml(stdout));
    const of = (name: string) => all.filter((each) => each.name === name);
    expect(of('html')[0]?.attributes.lang).toBe('en');
    expect(of('script')).toEqual([]);
    expect(of('h1').map(textIn)).toEqual([`Audiences of ${space}`]);
    expect(of('h2').map(textIn)).toEqual([
      'Summary',
      'What deserves a look',
      'Who builds on whom',
      'All audiences',
    ]);
    expect(of('svg')).toHaveLength(1);
    expect(of('caption').map(textIn)).toEqual(['3 audiences, the largest first']);
    const headers = of('th').map(({ attributes }) => attributes.scope);
    expect(headers.filter((scope) => scope === 'col')).toHaveLength(7);
    expect(headers.filter((scope) => scope === 'row')).toHaveLength(3);
    expect(of('h3').map(textIn)).toContain('Nothing is built on them Hint');
  });

  test('has ids that are there once, and links that lead to one', async () => {
    const { stdout } = await reportOnShop();
    const all = elementsIn(parseXml(stdout));
    const ids = all.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = all.flatMap(({ name, attributes }) =>
      name === 'a' ? (attributes.href?.slice(1) ?? '') : [],
    );
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(ids).toContain(target);
    const named = all.flatMap(({ attributes }) => attributes['aria-labelledby']?.split(' ') ?? []);
    for (const name of named) expect(ids).toContain(name);
  });

  test('has no definitions and no values', async () => {
    const { stdout } = await reportOnShop();
    for (const word of ['trait(', 'event(', 'customer1@shop.example']) {
      expect(stdout).not.toContain(word);
    }
  });

  test('warns near the limit of the plan', async () => {
    const { stdout } = await run(['report', '--plan-limit', '3'], await segment());
    expect(stdout).toContain('the plan includes 3');
  });
});

describe("what can't be read", () => {
  test('ends with 1, says why, and writes nothing', async () => {
    const body = JSON.stringify({ errors: [{ type: 'unauthorized', message: 'Bad token' }] });
    const out = join(folder(), 'x.svg');
    const given = await segment({
      faults: () => ({ kind: 'answer', status: 401, body, headers: {} }),
    });
    const { code, stdout, stderr } = await run(['graph', '--out', out], given);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^segment-audiences-mcp: list_audiences: .*401.*\n/);
    expect(stderr).toContain('doctor');
    expect(stderr).not.toContain('doNotShow');
    expect(readdirSync(join(out, '..'))).toEqual([]);
  });

  test('is a space that is not allowed', async () => {
    const { clock, environment } = await segment();
    const others = { ...environment, SEGMENT_ALLOWED_SPACES: 'spa_2' };
    expect(await problemsOf(run(['report'], { clock, environment: others }))).toEqual([
      expect.stringContaining('--allowed-spaces'),
    ]);
  });

  test('is not a space, unless only one is allowed', async () => {
    const { clock, environment } = await segment();
    const none = { ...environment, SEGMENT_SPACE_ID: '' };
    expect(await problemsOf(run(['graph'], { clock, environment: none }))).toEqual([
      '--space ID (SEGMENT_SPACE_ID) is missing: it names the space to read.',
    ]);
    const only = { ...none, SEGMENT_ALLOWED_SPACES: 'spa_2' };
    expect((await run(['graph'], { clock, environment: only })).code).toBe(0);
    const two = { ...none, SEGMENT_ALLOWED_SPACES: 'spa_1,spa_2' };
    expect(await problemsOf(run(['graph'], { clock, environment: two }))).toHaveLength(1);
  });
});

describe('--out', () => {
  test('writes a new file, and says so on stderr', async () => {
    const out = join(folder(), 'x.svg');
    const { code, stdout, stderr } = await run(['graph', '--out', out], await segment());
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toBe(`segment-audiences-mcp: wrote ${out}\n`);
    expect(parseXml(readFileSync(out, 'utf8')).name).toBe('svg');
  });

  test('- is stdout', async () => {
    expect((await run(['graph', '--out', '-'], await segment())).stdout).toMatch(/^<svg /);
  });

  test('replaces a file only with --force, and asks nothing of Segment before', async () => {
    const out = join(folder(), 'x.svg');
    writeFileSync(out, 'old');
    const requests: string[] = [];
    const given = await segment({
      faults: ({ path }) => {
        requests.push(path);
        return undefined;
      },
    });
    expect(await problemsOf(run(['graph', '--out', out], given))).toEqual([
      `--out ${out} exists: add --force to replace it, or name another file.`,
    ]);
    expect(readFileSync(out, 'utf8')).toBe('old');
    expect(requests).toEqual([]);
    expect((await run(['graph', '--out', out, '--force'], given)).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg /);
    expect(readdirSync(join(out, '..'))).toEqual(['x.svg']);
  });

  test('replaces what a link leads to', async () => {
    const place = folder();
    writeFileSync(join(place, 'real.svg'), 'old');
    symlinkSync('real.svg', join(place, 'link.svg'));
    await run(['graph', '--out', join(place, 'link.svg'), '--force'], await segment());
    expect(readFileSync(join(place, 'real.svg'), 'utf8')).toMatch(/^<svg /);
  });

  test.each<[string, (place: string) => string, string]>([
    ['a folder', (place) => place, 'is a folder: name a file.'],
    [
      'a file in a folder that is not there',
      (place) => join(place, 'gone', 'x.svg'),
      "can't be written: its folder does not exist; create it first (ENOENT).",
    ],
    [
      'a file below a file',
      (place) => {
        writeFileSync(join(place, 'file'), '');
        return join(place, 'file', 'x.svg');
      },
      "can't be written: a part of its path is not a folder (ENOTDIR).",
    ],
    [
      'a name that is too long',
      (place) => join(place, 'x'.repeat(300)),
      "can't be written: ENAMETOOLONG.",
    ],
  ])('refuses %s, also with --force', async (_, pathIn, message) => {
    const place = folder();
    mkdirSync(join(place, 'inner'));
    const out = pathIn(place);
    const given = await segment();
    for (const more of [[], ['--force']]) {
      const problems = await problemsOf(run(['graph', '--out', out, ...more], given));
      expect(problems).toEqual([`--out ${out} ${message}`]);
    }
  });

  test.each([
    [['graph', '--out'], '--out needs a file name.'],
    [['graph', '--out='], '--out needs a file name.'],
    [['report', '--force'], '--force requires --out: it replaces that file.'],
    [['graph', '--format', 'png'], '--format must be one of svg, mermaid, dot, json.'],
    [['report', '--format', 'svg'], '--format is not a flag here; see --help.'],
    [['graph', 'x'], 'Word 1 of the command line is not expected here; see --help.'],
  ])('%j is refused', async (given, problem) => {
    expect(await problemsOf((async () => parseCommand(given))())).toEqual([problem]);
  });
});
