import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { sessionPicture } from './session-picture.ts';

/*
 * `npm run picture`, after `npm run build`: draws docs/session.svg from the demo's output. A test
 * fails if the file differs.
 */

const output = execFileSync(process.execPath, ['--import', 'tsx', 'demo/main.ts'], {
  encoding: 'utf8',
});
writeFileSync('docs/session.svg', sessionPicture(output));
