import type { Clock } from './clock.ts';
import { type Config, secretsOf } from './config/config.ts';
import { keysOfSecrets } from './config/keys-of-secret.ts';
import { connect } from './connect.ts';
import { createLog, type Log } from './log.ts';
import type { SharedState } from './replicas/shared-state.ts';
import { auditFile } from './safety/audit-file.ts';
import { AuditLog, type AuditSink } from './safety/audit-log.ts';
import { auditToStdout } from './safety/audit-path.ts';
import { auditStream, type LineStream } from './safety/audit-stream.ts';
import { Confirmations, scopeOf } from './safety/confirmation.ts';
import { NameReservations } from './safety/duplicates.ts';
import { LostCreates } from './safety/lost-create.ts';
import { PreviewTally } from './safety/preview-count.ts';
import { defaultStateFolder, StateFolder, type Surroundings } from './safety/state-folder.ts';
import { Turns } from './safety/turns.ts';
import type { SegmentApi } from './segment/api.ts';
import { AudienceIndexes, droppingIndexes } from './space/audience-indexes.ts';
import { KnownNameLists } from './space/known-names.ts';
import { NameCheck } from './space/names.ts';
import { type PreviewCount, Previews } from './space/previews.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { Observer } from './telemetry/observer.ts';
import { noTelemetry, type Telemetry } from './telemetry/open.ts';
import { GrowingRedactor } from './text/redact.ts';

/** What the program needs from the machine; passed in, so that tests can replace it. */
export interface Machine {
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** Unpredictable bytes. */
  randomBytes: (count: number) => Uint8Array;
  /** Receives finished lines of the log. */
  writeLog: (line: string) => void;
  /** Where an audit log goes that is to go to stdout. */
  stdout?: LineStream;
  /** What the platform's state folder depends on; without it, there is none. */
  surroundings?: Surroundings;
}

/** What a process has once, whichever workspaces it works with. */
export interface ProcessServices {
  config: Config;
  machine: Machine;
  redactor: GrowingRedactor;
  log: Log;
  auditLog: AuditLog | undefined;
  folder: StateFolder | undefined;
  observer: Observer;
  /** What `/metrics` shows; undefined where it is not served. */
  metrics: Metrics | undefined;
}

/** What belongs to one Segment token, however many sessions use it. */
export interface WorkspaceServices {
  api: SegmentApi;
  indexes: AudienceIndexes;
  confirmations: Confirmations;
  reservations: NameReservations;
  lostCreates: LostCreates;
  turns: Turns;
  nameLists: KnownNameLists;
  names: NameCheck;
  previews: Previews;
}

/** @throws nothing: what can't be opened now is reported when it is used. */
export function createProcessServices(
  config: Config,
  machine: Machine,
  { observer, metrics }: Pick<Telemetry, 'observer' | 'metrics'> = noTelemetry,
): ProcessServices {
  const { clock, randomBytes, writeLog } = machine;
  const redactor = new GrowingRedactor(secretsOf(config));
  const log = createLog(config.logLevel, redactor, clock.now, writeLog);
  const audit = auditSinkOf(config, machine);
  return {
    config,
    machine,
    redactor,
    log,
    auditLog: audit && new AuditLog(audit, redactor, clock.now, randomBytes),
    folder: stateFolderOf(config, machine),
    observer,
    metrics,
  };
}

/**
 * @param config the settings, with the address and the token of this workspace.
 * @param workspace the name of the token.
 * @param shared what other replicas share; undefined if there are none.
 */
export function createWorkspaceServices(
  config: Config,
  workspace: string,
  { machine, redactor, log, folder, observer }: ProcessServices,
  shared: SharedState | undefined,
): WorkspaceServices {
  const { clock } = machine;
  const { target, maxWaitMs, timeoutMs } = config;
  const scope = target.kind === 'live' ? shared?.of(target) : undefined;
  const api = connect(config, machine, redactor, log, {
    createQuota: scope?.createQuota,
    observed: { workspace, observer },
  });
  const indexes = new AudienceIndexes(api, clock);
  const nameLists = new KnownNameLists(api, clock);
  return {
    api: droppingIndexes(api, indexes),
    indexes,
    confirmations: createConfirmations(config, machine, folder, log, shared),
    reservations: new NameReservations(
      scope && { locks: scope.locks, leaseMs: maxWaitMs + timeoutMs },
    ),
    lostCreates: new LostCreates(clock.monotonic),
    turns: new Turns(clock, scope?.locks),
    nameLists,
    names: new NameCheck(nameLists, clock),
    previews: new Previews(
      api,
      clock,
      scope?.previewCount ?? createPreviewCount(config, folder, log),
    ),
  };
}

function auditSinkOf(
  { auditLog, http }: Config,
  { clock, stdout }: Machine,
): AuditSink | undefined {
  if (auditLog === undefined) return undefined;
  if (http && auditLog === auditToStdout && stdout) return auditStream(stdout, 'stdout', clock);
  return auditFile(auditLog);
}

/** @returns undefined where the platform has no state folder and none was named. */
function stateFolderOf({ stateFolder }: Config, machine: Machine): StateFolder | undefined {
  const { clock, surroundings } = machine;
  const path = stateFolder ?? (surroundings && defaultStateFolder(surroundings));
  return path === undefined ? undefined : new StateFolder(path, clock.now);
}

/** Segment's address, and whose token it is. */
function scopeIn({ target }: Config): string {
  return target.kind === 'live' ? scopeOf(target.baseUrl, target.token) : target.kind;
}

/** The sandbox lives as long as this process, and nobody else starts previews in it. */
function createPreviewCount(
  config: Config,
  folder: StateFolder | undefined,
  log: Log,
): PreviewCount {
  const isAlone = config.target.kind === 'sandbox';
  return new PreviewTally({
    scope: () => scopeIn(config),
    folder: isAlone ? undefined : folder,
    isAlone,
    onNoFolder: (reason) =>
      log('warn', 'the state folder is not used: only previews of this process are counted', {
        because: reason,
      }),
  });
}

function createConfirmations(
  config: Config,
  { clock, randomBytes }: Machine,
  folder: StateFolder | undefined,
  log: Log,
  shared: SharedState | undefined,
): Confirmations {
  return new Confirmations({
    now: clock.now,
    elapsed: clock.monotonic,
    randomBytes,
    keys: confirmationKeys(config),
    scope: () => scopeIn(config),
    folder,
    shared: shared?.usedValues,
    onNoFolder: (reason) =>
      log('warn', 'the state folder is not used: confirmations are valid in this process only', {
        because: reason,
      }),
  });
}

/** The keys that the operator has set; a team server derives one for each use. */
function confirmationKeys({ secrets, http }: Config): readonly Uint8Array[] | undefined {
  if (!secrets) return undefined;
  if (http) return keysOfSecrets(secrets).confirmation;
  return secrets.map((text) => Buffer.from(text, 'base64'));
}
