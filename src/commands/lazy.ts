/*
 * The commands other than serving, and the help, in one chunk that is loaded when one of them is
 * needed. In a chunk each, the code that they share with the server would be split into many small
 * files, all of which a start would have to read.
 */

export { help } from '../help.ts';
export { App, thisMachine as appMachine } from './app.ts';
export { runCheck } from './check.ts';
export { runDoctor, thisMachine as doctorMachine } from './doctor.ts';
export { runKeys } from './keys.ts';
export { runSetup, thisMachine as setupMachine } from './setup.ts';
