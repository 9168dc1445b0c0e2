import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { start } from '../../../src/sandbox/start.ts';
import { runCommand, runProgram } from '../command-line.ts';
import { build, prepare } from '../install.ts';
import { startBridge } from './bridge.ts';
import { startForwarder } from './forwarder.ts';
import {
  minProgress,
  notApplicable,
  notApplicableToday,
  ofTheBridge,
  resourceStandIns,
  slowAudience,
  standIns,
} from './scenarios.ts';

/*
 * `npm run conformance`: runs the protocol's own conformance suite against the built server and its
 * sandbox. The suite speaks HTTP, so a bridge stands between; `npm run conformance -- http` runs it
 * against `serve --http`, and `npm run conformance -- modern` runs the newest suite against the same in
 * the protocol from 2026-07-28 on. Ends with exit code 0 only if every applicable scenario passed.
 */

const isModern = process.argv[2] === 'modern';
const isOverHttp = isModern || process.argv[2] === 'http';
const modernVersion = '2026-07-28';

/** The newest suite needs a later Node than the server. */
const newest = ['-y', '-p', 'node@24', '-p', '@modelcontextprotocol/conformance@0.2.0-alpha.12'];
const runSuite = (args: string[]) =>
  isModern
    ? runProgram('npx', [...newest, 'conformance', ...args])
    : runCommand('conformance', args);

const resultPattern = /^Passed: (\d+)\/(\d+), (\d+) failed, (\d+) warnings$/m;

if (isModern) build();
else prepare();
const listed = await runSuite(['list', '--server']);
const scenarios = [...listed.matchAll(/^ {2}- ([\w-]+)(?: \[(.*)\])?$/gm)].flatMap(
  ([, name = '', versions]) => (isModern && !versions?.includes(modernVersion) ? [] : name),
);
if (isModern) scenarios.sort((one, other) => Number(isHasty(one)) - Number(isHasty(other)));
let refusals = 0;
const sandbox = await start({
  faults: ({ operation, id }) =>
    operation === 'get_audience' && id === slowAudience && refusals++ < minProgress
      ? { kind: 'answer', status: 503, body: '' }
      : undefined,
});
const settings = ['--api-url', sandbox.url, '--space', sandbox.spaces[0]?.id ?? ''];
const serving = isOverHttp
  ? ['serve', '--http', '127.0.0.1:0', '--auth', 'none', '--drain-wait-ms', '0']
  : [];
const server = {
  command: process.execPath,
  args: ['dist/main.js', ...serving, ...settings],
  env: { SEGMENT_API_TOKEN: 'sandbox-token', LOG_LEVEL: isOverHttp ? 'info' : 'error' },
};
const bridge = await (isOverHttp ? startForwarder : startBridge)(server, rewrite);

const lines = ['| scenario | result |', '|---|---|'];
const failures: string[] = [];
for (const scenario of scenarios) {
  const reason = whyNot(scenario);
  lines.push(`| ${scenario} | ${reason ? `not applicable: ${reason}` : await run(scenario)} |`);
}
await bridge.close();
await sandbox.close();
process.stdout.write(`${[...lines, '', ...failures].join('\n')}\n`);
if (scenarios.length === 0) throw new Error(`The suite lists no scenarios: ${listed}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Gives each call half a second, which is little for the first one of a process. */
function isHasty(scenario: string): boolean {
  return scenario === 'server-stateless';
}

function whyNot(scenario: string): string | undefined {
  if (isModern && scenario in notApplicableToday) return notApplicableToday[scenario];
  return isOverHttp && ofTheBridge.has(scenario) ? undefined : notApplicable[scenario];
}

async function run(scenario: string): Promise<string> {
  const args = ['server', '--url', bridge.url, '--scenario', scenario];
  const output = await runSuite(isModern ? [...args, '--spec-version', modernVersion] : args);
  const [, passed = '0', all = '?', failed, warnings] = resultPattern.exec(output) ?? [];
  // What needs a fixture that we have no stand-in for.
  const untestable = [...output.matchAll(/^ {4}Error: Not testable: /gm)].length;
  const clean = Number(failed) === untestable && warnings === '0' && passed !== '0';
  if (!clean) failures.push(`${scenario}: ${output}`);
  return `${clean ? 'passed' : 'failed'}, ${passed} of ${all}`;
}

/** Puts our tools and resources in the place of the suite's fixtures. */
function rewrite(message: JSONRPCMessage): JSONRPCMessage {
  if (!('method' in message) || !message.params) return message;
  const { params } = message;
  if (message.method === 'tools/call' && typeof params.name === 'string') {
    return { ...message, params: { ...params, ...standIns[params.name] } };
  }
  if (message.method === 'resources/read' && typeof params.uri === 'string') {
    return { ...message, params: { ...params, uri: resourceStandIns[params.uri] ?? params.uri } };
  }
  return message;
}
