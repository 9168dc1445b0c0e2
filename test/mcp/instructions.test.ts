import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { instructions } from '../../src/mcp/instructions.ts';
import { startComposed } from '../support/composed.ts';
import { ManualClock } from '../support/manual-clock.ts';

const token = 'sgp_secret-of-the-instructions';

test.each(['base64', 'base64url', 'hex'] as const)(
  'a setting that holds the token in %s does not bring it to the model',
  async (encoding) => {
    const text = Buffer.from(token).toString(encoding);
    await using program = await startComposed(
      { 'allowed-spaces': text, space: text, 'api-url': 'http://127.0.0.1:9' },
      { SEGMENT_API_TOKEN: token },
      { clock: new ManualClock() },
    );
    const shown = program.client.getInstructions() ?? '';
    expect(shown).toContain('The default space is "[redacted]');
    expect(shown).toContain('may be used: "[redacted]');
    expect(shown).not.toContain(text.replace(/=+$/, ''));
  },
);

test.each([
  ['find', 'find_audiences searches the whole space', 'list_audiences'],
  ['preview', 'list_audiences first', 'find_audiences'],
])(
  'names the way to find audiences that is offered: --toolsets %s',
  async (toolset, way, other) => {
    await using program = await startComposed(
      { toolsets: `audiences,${toolset}`, space: 'spa_1', 'api-url': 'http://127.0.0.1:9' },
      { SEGMENT_API_TOKEN: token },
      { clock: new ManualClock() },
    );
    const shown = program.client.getInstructions() ?? '';
    expect(shown).toContain(way);
    expect(shown).not.toContain(other);
  },
);

test('say so where no space is left', () => {
  const config = readConfig({ sandbox: true }, {});
  const policy = { readOnly: false, allowedSpaces: [] };
  const text = instructions({ ...config, policy, space: undefined, writes: true, finds: true });
  expect(text).toContain('\nNo space may be used here.\n');
  expect(text).not.toContain('Only these spaces');
});
