import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { graphPicture } from './graph-picture.ts';
import { sessionPicture } from './session-picture.ts';

/*
 * `npm run picture`, after `npm run build`: draws docs/session.svg from the demo's output, and
 * docs/graph.svg from the sandbox. A test fails if a file differs.
 */

const output = execFileSync(process.execPath, ['--import', 'tsx', 'demo/main.ts'], {
  encoding: 'utf8',
});
writeFileSync('docs/session.svg', sessionPicture(output));
writeFileSync('docs/graph.svg', await graphPicture());
