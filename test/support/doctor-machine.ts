import { readFileHere } from '../../src/access/open-access.ts';
import type { Place } from '../../src/commands/clients/place.ts';
import type { DoctorMachine } from '../../src/commands/doctor/machine.ts';
import { type DoctorCommand, runDoctor } from '../../src/commands/doctor.ts';
import type { Flags } from '../../src/config/config.ts';
import { connect } from '../../src/connect.ts';
import { ManualClock } from './manual-clock.ts';

/** What a run of the doctor is given, where it differs from a machine on which all is well. */
export interface DoctorRun extends Partial<Omit<DoctorMachine, 'place'>> {
  flags?: Flags;
  json?: boolean;
  server?: DoctorCommand['server'];
  home: string;
  environment?: Place['environment'];
}

/** Runs the doctor on a machine of the test's own; gives the exit code and the report. */
export async function doctor({
  flags = {},
  json = false,
  server,
  home,
  environment = {},
  ...more
}: DoctorRun) {
  let report = '';
  const { clock = new ManualClock(), exists = () => false } = more;
  const machine: DoctorMachine = {
    place: {
      platform: 'linux',
      environment: { PATH: '/usr/bin', ...environment },
      home,
      cwd: home,
    },
    clock,
    node: { version: '20.18.1', path: '/usr/bin/node' },
    mainFile: '/opt/segment-audiences-mcp/dist/main.js',
    invocation: ['segment-audiences-mcp'],
    hostname: 'machine',
    exists,
    readFile: readFileHere,
    fetch,
    pingRedis: async () => ({ ms: 1, skewMs: 0 }),
    kindOf: (path) => (exists(path) ? 'program' : undefined),
    project: { owner: undefined, published: false },
    keptToken: () => ({ token: undefined }),
    problemWithAuditLog: () => undefined,
    problemWithStateFolder: () => undefined,
    connect: (config, redactor) => connect(config, { clock, random: () => 0 }, redactor, () => {}),
    nodeVersion: async () => 'v20.18.1',
    listTools: async () => ({ tools: 13, tookMs: 120 }),
    ...more,
  };
  const code = await runDoctor({ flags, json, server }, machine, (text) => {
    report += text;
  });
  return { code, report };
}
