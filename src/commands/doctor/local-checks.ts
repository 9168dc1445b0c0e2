import { Given } from '../../config/given.ts';
import { settings } from '../../config/settings.ts';
import { auditTarget, auditToStdout } from '../../safety/audit-path.ts';
import { minNode } from '../../version.ts';
import { joined, pathFrom } from '../clients/place.ts';
import { ownCommand } from '../invocation.ts';
import { commandToMakePrivate } from '../private-token.ts';
import { tokenFileInEntries } from './client-checks.ts';
import type { Context } from './context.ts';
import { isStream } from './entry-paths.ts';
import { type Finding, fail, ok, skipped, warn } from './finding.ts';
import { isOlder } from './node-version.ts';
import { stepToGiveToken, stepWithSetup } from './setup-step.ts';

/*
 * The checks that need no network.
 */

export function checkNode({ machine: { node } }: Context): Finding {
  const which = `Node.js ${node.version} (${node.path})`;
  if (!isOlder(node.version, minNode)) return ok(`${which}; ${minNode} or later is needed.`);
  return fail(`${which} is too old.`, `Install Node.js ${minNode} or later.`);
}

export async function checkSettings(context: Context): Promise<Finding> {
  const { settings: read, flags, machine } = context;
  const { config, problems, tokenFrom, alsoSet } = read;
  if (!config) {
    const unusable = tokenFrom === undefined ? unusableToken(context) : undefined;
    if (unusable) return { ...unusable, message: `${problems.join(' ')} ${unusable.message}` };
    const isTokenMissing = tokenFrom === undefined && flags.sandbox !== true;
    const next = isTokenMissing
      ? await nextWithoutToken(context)
      : `Fix the settings listed here; ${ownCommand(machine, '--help')} lists all of them.`;
    return fail(problems.join(' '), next);
  }
  const tokenWords = {
    sandbox: 'The sandbox needs no token.',
    none: 'No token is set: calls that need Segment will fail.',
    tokens: 'The tokens are from the file of --tokens.',
    live: `The token is from ${tokenFrom}.`,
  };
  const token = tokenWords[config.target.kind];
  const others = alsoSet.length > 0 ? ` Also set: ${alsoSet.join(', ')}.` : '';
  const differing = config.target.kind === 'live' ? differingToken(context) : undefined;
  const warnings = [...read.warnings, ...(differing ?? [])];
  if (warnings.length === 0) return ok(token + others);
  if (differing && warnings.length === 1) {
    return warn(
      [token + others, ...warnings].join(' '),
      `Unset ${settings.token.env}, or let setup keep it. ${stepToKeepToken(machine)}`,
    );
  }
  return warn([token + others, ...warnings].join(' '), 'Fix what is ignored, or remove it.');
}

function stepToKeepToken(machine: Context['machine']): string {
  return stepWithSetup(machine, ['CLIENT', '--write'], (command) => `Run ${command}.`);
}

/** What to do if the doctor has no token, although a client may have one. */
async function nextWithoutToken(context: Context): Promise<string> {
  const file = await tokenFileInEntries(context);
  if (file === undefined) return stepToGiveToken(context.machine);
  const { env } = settings.tokenFile;
  return `An entry of a client names a token file: to check with that token, set ${env} to ${file}, and run this again.`;
}

/** The folder of the token that setup keeps, if it can't be trusted. */
function unusableToken({ kept, machine, stateFolder = '' }: Context): Finding | undefined {
  if (!kept || !('problem' in kept)) return undefined;
  const { place } = machine;
  const file = joined(place, stateFolder, 'token');
  return fail(
    `The folder in which setup keeps the token, ${stateFolder}, can't be used because ${kept.problem.message}.`,
    kept.problem.isOpen
      ? `Run: ${commandToMakePrivate(file, place)}`
      : `Set ${settings.stateFolder.env} to a folder of your own. ${stepToKeepToken(machine)}`,
  );
}

/** A sentence about a token in the environment that is not the one that clients' entries name. */
function differingToken({ kept, machine, stateFolder }: Context): string[] | undefined {
  const given = machine.place.environment[settings.token.env]?.trim();
  if (!given || !kept || !('token' in kept) || kept.token === undefined) return undefined;
  if (kept.token === given) return undefined;
  return [
    `${settings.token.env} differs from the token that setup keeps in ${stateFolder}: if a client passes that variable on, the server refuses to start.`,
  ];
}

export function checkAuditLog({ machine, flags, environment, settings: read }: Context): Finding {
  const given = new Given(flags, environment);
  const file = given.read(settings.auditLog);
  const next =
    "Name a writable file, or leave out --audit-log (SEGMENT_AUDIT_LOG): the server does not start if it can't write it.";
  if (given.problems.length > 0) return fail(given.problems.join(' '), next);
  if (file === undefined)
    return skipped('Not checked: --audit-log (SEGMENT_AUDIT_LOG) is not set.');
  const { http } = read.config ?? {};
  const found = auditTarget(file, http?.replica);
  if ('problem' in found) return fail(found.problem, next);
  const { target } = found;
  if (http && target === auditToStdout) return ok('It goes to stdout.');
  const problem = machine.problemWithAuditLog(target);
  return problem === undefined ? ok(`${target} is writable.`) : fail(problem, next);
}

export function checkStateFolder({ machine, environment, stateFolder }: Context): Finding {
  const given = new Given({}, environment);
  given.read(settings.stateFolder);
  if (given.problems.length > 0) return skipped('Not checked: fix the settings first.');
  const effect = 'confirmations are valid in one process only';
  if (stateFolder === undefined) {
    return warn(`This platform has no folder for state: ${effect}.`, 'Set SEGMENT_STATE_DIR.');
  }
  const problem = machine.problemWithStateFolder(stateFolder);
  if (problem === undefined) return ok(`${stateFolder} is writable.`);
  return warn(
    `${stateFolder} can't be used because ${problem}: ${effect}.`,
    'Make it yours, and accessible only to you (chown, chmod 700), or set SEGMENT_STATE_DIR to another folder.',
  );
}

/** If it starts slower than this, clients may give up. */
const maxStartMs = 5000;

export async function checkStart(context: Context, signal: AbortSignal): Promise<Finding> {
  const { machine, flags, environment, settings: read } = context;
  if (!read.config) return skipped('Not checked: fix the settings first.');
  if (read.config.http) {
    return skipped('Not checked: start the server, and check it with doctor --http URL.');
  }
  const stream = streamNamed(context);
  if (stream !== undefined) {
    return skipped(
      `Not checked: ${stream} does not name a regular file, so the server could not read it again.`,
      'To check the start, name a regular file.',
    );
  }
  try {
    const { tools, tookMs } = await machine.listTools(argumentsFor(flags), environment, signal);
    const message = `The server started and listed ${tools} tools in ${tookMs} ms.`;
    if (tookMs <= maxStartMs) return ok(message);
    return warn(message, 'Clients may give up waiting: find out what slows this machine down.');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`The server did not list its tools: ${reason}`, 'Fix the reported problem.');
  }
}

/** The variable of a file that the settings were read from, if nothing else can read it after that. */
function streamNamed({ machine, environment, settings: read }: Context): string | undefined {
  const isLive = read.config?.target.kind === 'live';
  const files = [...(isLive ? [settings.tokenFile] : []), settings.secretFile];
  const { place } = machine;
  return files.find(({ env }) => {
    const path = environment[env]?.trim();
    return path && isStream(pathFrom(place.cwd, path, place), machine);
  })?.env;
}

/** The flags as written on a command line. */
function argumentsFor(flags: Context['flags']): string[] {
  return Object.entries(flags).flatMap(([flag, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${flag}`] : [`--${flag}=${value}`];
  });
}
