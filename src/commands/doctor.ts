import { existsSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { readFileHere } from '../access/open-access.ts';
import { type Clock, passed, systemClock } from '../clock.ts';
import { ConfigError, type Flags } from '../config/config.ts';
import { connect } from '../connect.ts';
import { project } from '../project.ts';
import { problemWithAuditLog } from '../safety/audit-path.ts';
import { type StateFolder, StateFolderError } from '../safety/state-folder.ts';
import { createRedactor, type Redactor } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { placeHere } from './clients/place.ts';
import { checkClients } from './doctor/client-checks.ts';
import { type Context, createContext } from './doctor/context.ts';
import { type Finding, fail, type Status, skipped, unexpected } from './doctor/finding.ts';
import {
  checkAuditLog,
  checkNode,
  checkSettings,
  checkStart,
  checkStateFolder,
} from './doctor/local-checks.ts';
import type { DoctorMachine, KeptToken } from './doctor/machine.ts';
import { listToolsOf, nodeVersionOf } from './doctor/own-start.ts';
import { kindOf } from './doctor/path-kind.ts';
import { pingRedis } from './doctor/redis-ping.ts';
import {
  checkAudiences,
  checkClock,
  checkEdition,
  checkProxy,
  checkQuota,
  checkRegion,
  checkWorkspace,
} from './doctor/segment-checks.ts';
import {
  checkChallenge,
  checkHealth,
  checkMetadata,
  checkReadiness,
  checkServerClock,
  checkTools,
  type ServerContext,
} from './doctor/server-checks.ts';
import { ServerLooks } from './doctor/server-looks.ts';
import {
  checkIssuer,
  checkKeys,
  checkPolicies,
  checkRedis,
  checkTokens,
} from './doctor/serving-checks.ts';
import { within } from './doctor/time-limit.ts';
import { endingSignal } from './doctor/whole-program.ts';
import { endpointIn, problemsOfVariable } from './endpoint.ts';
import { executableHere, invocationOf } from './invocation.ts';
import { stateFolderAt } from './setup/state-folder.ts';

/** What the command line asks for. */
export interface DoctorCommand {
  /** The settings of the server. */
  flags: Flags;
  /** A running server to check instead, not yet checked itself. */
  server: { url: string; keyVariable: string | undefined } | undefined;
  /** Whether to write JSON. */
  json: boolean;
}

/**
 * How long all checks together may take, in milliseconds; the start and the end of this program get
 * what is left of ten seconds.
 */
const maxRunMs = 9500;
/** How long their requests to Segment may take, so that each check can explain a missing response. */
const maxRequestsMs = 9000;
/** How long it may take to end the requests. */
const maxCloseMs = 200;

interface Check<Given> {
  id: string;
  title: string;
  run(context: Given, signal: AbortSignal): Finding | Finding[] | Promise<Finding | Finding[]>;
}

/** All checks in the order of the report. They are made at the same time. */
const checks: readonly Check<Context>[] = [
  { id: 'node', title: 'Node.js', run: checkNode },
  { id: 'settings', title: 'Settings', run: checkSettings },
  { id: 'proxy', title: 'Proxy', run: checkProxy },
  { id: 'region', title: 'Region', run: checkRegion },
  { id: 'workspace', title: 'Workspace', run: checkWorkspace },
  { id: 'audiences', title: 'Audiences', run: checkAudiences },
  { id: 'edition', title: 'Edition', run: checkEdition },
  { id: 'quota', title: 'Quota', run: checkQuota },
  { id: 'clock', title: 'Clock', run: checkClock },
  { id: 'keys', title: 'Keys', run: checkKeys },
  { id: 'tokens', title: 'Tokens', run: checkTokens },
  { id: 'policies', title: 'Policies', run: checkPolicies },
  { id: 'issuer', title: 'Issuer', run: checkIssuer },
  { id: 'redis', title: 'Redis', run: checkRedis },
  { id: 'audit-log', title: 'Audit log', run: checkAuditLog },
  { id: 'state-folder', title: 'State folder', run: checkStateFolder },
  { id: 'clients', title: 'Clients', run: checkClients },
  { id: 'start', title: 'Start', run: checkStart },
];

/** The checks of a running server, except for its clock. */
const serverChecks: readonly Check<ServerContext>[] = [
  { id: 'health', title: 'Health', run: checkHealth },
  { id: 'ready', title: 'Readiness', run: checkReadiness },
  { id: 'metadata', title: 'Metadata', run: checkMetadata },
  { id: 'login', title: 'Login', run: checkChallenge },
  { id: 'tools', title: 'Tools', run: checkTools },
];

const serverClock: Check<ServerContext> = { id: 'clock', title: 'Clock', run: checkServerClock };

/** A finding, as the report shows it. */
interface Reported {
  id: string;
  title: string;
  status: Status;
  message: string;
  next?: string;
}

/** This machine, as the doctor needs it. @throws {ConfigError} if the working folder was deleted. */
export function thisMachine(): DoctorMachine {
  const mainFile = realpathSync(process.argv[1] ?? '');
  const ended = endingSignal();
  const place = placeHere();
  return {
    place,
    clock: systemClock,
    node: { version: process.versions.node, path: process.execPath },
    mainFile,
    invocation: invocationOf({ node: process.execPath, mainFile, project }, place, executableHere),
    hostname: hostname(),
    exists: existsSync,
    readFile: readFileHere,
    fetch,
    pingRedis: (url) => pingRedis(url, systemClock),
    kindOf,
    project,
    keptToken: (folder) => keptTokenIn(stateFolderAt(folder)),
    problemWithAuditLog,
    problemWithStateFolder: (folder) => stateFolderAt(folder).problem(),
    connect: (config, redactor) =>
      connect(config, { clock: systemClock, random: Math.random }, redactor, () => {}),
    nodeVersion: (command, signal) => nodeVersionOf(command, AbortSignal.any([signal, ended])),
    listTools: (args, environment, signal) =>
      listToolsOf(
        process.execPath,
        [mainFile, ...args],
        { environment, clock: systemClock },
        AbortSignal.any([signal, ended]),
      ),
  };
}

function keptTokenIn(folder: StateFolder): KeptToken {
  try {
    return { token: folder.readToken() };
  } catch (error) {
    if (error instanceof StateFolderError) return { problem: error };
    throw error;
  }
}

/**
 * Makes all checks and writes what they found.
 *
 * @param write takes the report. @returns the exit code: 1 if a check failed.
 * @throws {ConfigError} for a running server that can't be checked as given.
 */
export async function runDoctor(
  command: DoctorCommand,
  machine: DoctorMachine,
  write: (text: string) => void,
): Promise<number> {
  const { flags, json, server } = command;
  const { clock } = machine;
  const startedAt = clock.monotonic();
  const endsAt = startedAt + maxRunMs;
  const found: Reported[] = [];
  const runAll = async <Shared>(all: readonly Check<Shared>[], shared: Shared) => {
    const given = await Promise.all(all.map((each) => runCheck(each, shared, clock, endsAt)));
    found.push(...given.flat());
  };
  const report = (redactor: Redactor) => {
    const isOk = found.every(({ status }) => status !== 'fail');
    write(redactor.text(json ? inJson(isOk, found) : inWords(found)));
    return isOk ? 0 : 1;
  };
  if (server) {
    const context = serverContext(command, server, machine);
    await runAll(serverChecks, context);
    // It reads the time in the responses to the others.
    await runAll([serverClock], context);
    return report(createRedactor(context.server.key === undefined ? [] : [context.server.key]));
  }
  const context = createContext(flags, machine, startedAt + maxRequestsMs);
  await runAll(checks, context);
  const code = report(context.redactor);
  await Promise.race([context.segment?.close(), passed(clock, maxCloseMs)]);
  return code;
}

/** @throws {ConfigError} */
function serverContext(
  { flags }: DoctorCommand,
  { url, keyVariable }: NonNullable<DoctorCommand['server']>,
  machine: DoctorMachine,
): ServerContext {
  const problems = Object.keys(flags).map(
    (flag) => `--${flag} is for a server to be started: with --http URL, a running one is checked.`,
  );
  const endpoint = endpointIn(url, problems);
  if (keyVariable !== undefined) problems.push(...problemsOfVariable(keyVariable));
  if (problems.length > 0) throw new ConfigError(problems);
  const { clock, fetch, place } = machine;
  const key = (keyVariable && place.environment[keyVariable]?.trim()) || undefined;
  return { server: new ServerLooks({ endpoint, key, fetch, clock }), machine, keyVariable };
}

const again = 'Run it again when this machine is less busy.';

async function runCheck<Given>(
  { id, title, run }: Check<Given>,
  context: Given,
  clock: Clock,
  endsAt: number,
): Promise<Reported[]> {
  const maxMs = endsAt - clock.monotonic();
  const given =
    maxMs <= 0
      ? skipped('Not checked: the other checks took all the time.', again)
      : await within<Finding | Finding[]>(
          clock,
          maxMs,
          async (signal) => run(context, signal),
          () => fail(`No result within ${Math.round(maxMs / 1000)} s.`, again),
        ).catch(unexpected);
  return [given].flat().map(({ part, status, message, next }) => ({
    id: part === undefined ? id : `${id}.${part}`,
    title: part === undefined ? title : `${title}: ${part}`,
    status,
    message: visible(message),
    ...(next !== undefined && { next: visible(next) }),
  }));
}

function inJson(isOk: boolean, found: readonly Reported[]): string {
  const list = found.map(({ title, ...check }) => check);
  return `${JSON.stringify({ ok: isOk, checks: list }, undefined, 2)}\n`;
}

const signs: Readonly<Record<Status, string>> = {
  ok: '✓ ok',
  warn: '! warn',
  fail: '✗ fail',
  skipped: '– skipped',
};
const signWidth = Math.max(...Object.values(signs).map((sign) => sign.length)) + 2;

function inWords(found: readonly Reported[]): string {
  const titleWidth = Math.max(...found.map(({ title }) => title.length)) + 2;
  const lines = found.flatMap(({ status, title, message, next }) => [
    `${signs[status].padEnd(signWidth)}${title.padEnd(titleWidth)}${message}`,
    ...(next === undefined ? [] : [`${' '.repeat(signWidth + titleWidth)}Next: ${next}`]),
  ]);
  const count = (wanted: Status) => found.filter(({ status }) => status === wanted).length;
  const [failed, warned] = [count('fail'), count('warn')];
  const total = failed === 0 ? 'No check failed' : `${failed} of ${found.length} checks failed`;
  const warnings =
    warned === 0 ? '' : `; ${warned} gave ${warned === 1 ? 'a warning' : 'warnings'}`;
  return `${lines.join('\n')}\n\n${total}${warnings}.\n`;
}
