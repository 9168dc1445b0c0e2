import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { problemWithAuditLog } from '../audit-path.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Flags } from '../config.ts';
import { connect } from '../connect.ts';
import { StateFolder, StateFolderError } from '../safety/state-folder.ts';
import { visible } from '../visible.ts';
import { checkClients } from './doctor/client-checks.ts';
import { type Context, createContext } from './doctor/context.ts';
import { type Finding, fail, type Status } from './doctor/finding.ts';
import {
  checkAuditLog,
  checkNode,
  checkSettings,
  checkStart,
  checkStateFolder,
} from './doctor/local-checks.ts';
import type { DoctorMachine } from './doctor/machine.ts';
import { listToolsOf, nodeVersionOf } from './doctor/own-start.ts';
import {
  checkAudiences,
  checkClock,
  checkEdition,
  checkProxy,
  checkQuota,
  checkRegion,
  checkWorkspace,
} from './doctor/segment-checks.ts';

/** What the command line asks for. */
export interface DoctorCommand {
  /** The settings of the server. */
  flags: Flags;
  /** Whether to write JSON. */
  json: boolean;
}

/** How long all checks together may take, in milliseconds. */
const maxRunMs = 10_000;
/** How long one may take; the last ones get what is left. */
const maxCheckMs = 5000;

interface Check {
  id: string;
  title: string;
  run(context: Context, signal: AbortSignal): Finding | Finding[] | Promise<Finding | Finding[]>;
}

/** All checks in their order. */
const checks: readonly Check[] = [
  { id: 'node', title: 'Node.js', run: checkNode },
  { id: 'settings', title: 'Settings', run: checkSettings },
  { id: 'proxy', title: 'Proxy', run: checkProxy },
  { id: 'region', title: 'Region', run: checkRegion },
  { id: 'workspace', title: 'Workspace', run: checkWorkspace },
  { id: 'audiences', title: 'Audiences', run: checkAudiences },
  { id: 'edition', title: 'Edition', run: checkEdition },
  { id: 'quota', title: 'Quota', run: checkQuota },
  { id: 'clock', title: 'Clock', run: checkClock },
  { id: 'audit-log', title: 'Audit log', run: checkAuditLog },
  { id: 'state-folder', title: 'State folder', run: checkStateFolder },
  { id: 'clients', title: 'Clients', run: checkClients },
  { id: 'start', title: 'Start', run: checkStart },
];

/** A finding, as the report shows it. */
interface Reported {
  id: string;
  title: string;
  status: Status;
  message: string;
  next?: string;
}

/** This machine, as the doctor needs it. */
export function thisMachine(): DoctorMachine {
  const mainFile = realpathSync(process.argv[1] ?? '');
  const platform = process.platform;
  const folderAt = (path: string) => new StateFolder(path, Date.now);
  return {
    place: { platform, environment: process.env, home: homedir(), cwd: process.cwd() },
    clock: systemClock,
    node: { version: process.versions.node, path: process.execPath },
    mainFile,
    exists: existsSync,
    keepsToken: (folder) => holdsToken(folderAt(folder)),
    problemWithAuditLog,
    problemWithStateFolder: (folder) => folderAt(folder).problem(),
    connect: (config, redactor) =>
      connect(config, { clock: systemClock, random: Math.random }, redactor, () => {}),
    nodeVersion: nodeVersionOf,
    listTools: (args, environment, signal) =>
      listToolsOf(
        process.execPath,
        [mainFile, ...args],
        { environment, clock: systemClock },
        signal,
      ),
  };
}

/** A token file that can't be trusted is as good as none. */
function holdsToken(folder: StateFolder): boolean {
  try {
    return folder.readToken() !== undefined;
  } catch (error) {
    if (error instanceof StateFolderError) return false;
    throw error;
  }
}

/**
 * Makes all checks and writes what they found.
 *
 * @param write takes the report. @returns the exit code: 1 if a check failed.
 */
export async function runDoctor(
  { flags, json }: DoctorCommand,
  machine: DoctorMachine,
  write: (text: string) => void,
): Promise<number> {
  const endsAt = machine.clock.monotonic() + maxRunMs;
  const context = createContext(flags, machine, endsAt);
  const found: Reported[] = [];
  for (const check of checks) found.push(...(await runCheck(check, context, endsAt)));
  const isOk = found.every(({ status }) => status !== 'fail');
  write(context.redactor.text(json ? inJson(isOk, found) : inWords(found)));
  await context.segment?.close();
  return isOk ? 0 : 1;
}

async function runCheck(
  { id, title, run }: Check,
  context: Context,
  endsAt: number,
): Promise<Reported[]> {
  const { clock } = context.machine;
  const maxMs = Math.max(0, Math.min(maxCheckMs, endsAt - clock.monotonic()));
  const given = await within(clock, maxMs, async (signal) => run(context, signal));
  return [given].flat().map(({ part, status, message, next }) => ({
    id: part === undefined ? id : `${id}.${part}`,
    title: part === undefined ? title : `${title}: ${part}`,
    status,
    message: visible(message),
    ...(next !== undefined && { next: visible(next) }),
  }));
}

/** The findings of a check, within its time limit. */
async function within(
  clock: Clock,
  maxMs: number,
  run: (signal: AbortSignal) => Promise<Finding | Finding[]>,
): Promise<Finding | Finding[]> {
  const over = new AbortController();
  let cancel = () => {};
  const late = new Promise<Finding>((resolve) => {
    cancel = clock.after(maxMs, () => {
      const seconds = Math.round(maxMs / 1000);
      resolve(
        fail(`No result within ${seconds} s.`, 'Run it again when this machine is less busy.'),
      );
    });
  });
  const running = run(over.signal);
  // It may fail when nobody waits for it anymore.
  running.catch(() => {});
  try {
    return await Promise.race([running, late]);
  } finally {
    cancel();
    over.abort();
  }
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
  const warnings = warned === 0 ? '' : `, ${warned} warned`;
  return `${lines.join('\n')}\n\n${total}${warnings}.\n`;
}
