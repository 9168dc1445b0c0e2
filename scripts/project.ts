/*
 * Who publishes the program: to be set in src/project.ts before the first release. The program needs
 * it, too, so it lives there.
 */

export { type Links, linksOf, type Project, project } from '../src/project.ts';
