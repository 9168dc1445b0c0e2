import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * The audit log on a disk that is full, for which a shell sets a limit.
 */

test.runIf(process.platform === 'linux')(
  'a disk that takes only part of the line refuses the write (a limit that only Linux has)',
  () => {
    const folder = temporaryFolder('full-disk');
    const file = join(folder, 'audit.jsonl');
    const script = `
      import { auditFile } from './src/safety/audit-file.ts';
      import { AuditLog } from './src/safety/audit-log.ts';
      import { createRedactor } from './src/text/redact.ts';
      process.on('SIGXFSZ', () => {});
      const log = new AuditLog(auditFile(${JSON.stringify(file)}), createRedactor([]), () => 0, (count) => new Uint8Array(count));
      const write = { tool: 't', operation: 'o', space: 's', id: undefined, confirmed: 'not_needed', sent: { text: 'x'.repeat(5000) } };
      try { await log.start(write); } catch (error) { console.log(error.code, error.message); }
    `;
    // A limit on the size of files in blocks of 1024 bytes stands for a disk of which so much is left.
    const said = execFileSync(
      'bash',
      [
        '-c',
        'ulimit -f 2; exec "$0" --import tsx --input-type=module -e "$1"',
        process.execPath,
        script,
      ],
      { encoding: 'utf8' },
    );
    expect(said).toMatch(/^audit_failed .*only 2048 of \d+ bytes.*Nothing was changed/);
    expect(readFileSync(file, 'utf8')).toHaveLength(2048);
  },
);
