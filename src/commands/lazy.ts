/*
 * The commands besides serving, and the help, in one piece that is loaded when one of them is asked for.
 * In a piece each, what they share with the server would be torn into many small files, all of which a
 * start has to read.
 */

export { help } from '../help.ts';
export { runCheck } from './check.ts';
export { runDoctor, thisMachine as doctorMachine } from './doctor.ts';
export { runSetup, thisMachine as setupMachine } from './setup.ts';
