import { SharedPeople } from '../../src/sandbox/start.ts';

/*
 * The shop's customers of the sandboxes of all tests in this process: making them, and finding who is in each
 * audience, takes longer than most tests.
 */

/** For sandboxes on clocks that are moved by hand. */
export const sharedPeople = new SharedPeople();

/** For sandboxes on the machine's own clock, where no test depends on the age of an event. */
export const recentPeople = new SharedPeople(50_000);
