/*
 * Who publishes the program: set in src/project.ts before the first release. It is there because
 * the program needs it, too.
 */

export { type Links, linksOf, type Project, project } from '../src/project.ts';
