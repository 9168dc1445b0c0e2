import { sandboxEditions } from './sandbox/editions.ts';
import { audienceTypes } from './segment/models/audience.ts';

/** A flag of a command, in addition to the server's settings. */
export interface CommandFlag {
  /** Without its dashes. */
  flag: string;
  /** The name of its value; undefined for a switch. */
  argument?: string;
  meaning: string;
  /** The default, as a person would write it. */
  fallback?: string;
}

/** A command that is called by name: its command line, and its help. */
export interface CommandUsage {
  /** What follows its flags in the usage line. */
  words: string;
  /** The maximum number of words, not counting its name. */
  maxWords: number;
  /** One sentence. */
  summary: string;
  /** Further paragraphs. */
  details: readonly string[];
  flags: readonly CommandFlag[];
  /** Whether it also takes the server's settings, as flags and from the environment. */
  takesSettings: boolean;
  exitCodes: string;
}

/** Where `segment-audiences-mcp sandbox` listens when no port is given. */
export const sandboxPort = 4010;

/** The values of `--format` for `check`. */
export const reportFormats = ['text', 'json', 'github', 'sarif'] as const;

export type CommandName = 'setup' | 'doctor' | 'check' | 'sandbox';

/** All commands, in the order in which the help shows them. */
export const commandUsages: Readonly<Record<CommandName, CommandUsage>> = {
  setup: {
    words: '[CLIENT…]',
    maxWords: Number.POSITIVE_INFINITY,
    summary: 'Set up MCP clients to start this server.',
    details: [
      'Shows the file of each CLIENT and the exact block to put in it; without a CLIENT, those of the clients found on this machine. Settings given here, as flags or in the environment, become part of the block.',
      "The token is never written to a client's file: --write asks for it without showing it, and keeps it in a separate file that only you can read.",
    ],
    flags: [
      {
        flag: 'write',
        meaning: 'Write the block to the file of each CLIENT, after showing the change and asking',
      },
      {
        flag: 'remove',
        meaning:
          'Remove the block; a file that has not changed otherwise gets its old content back',
      },
      { flag: 'yes', meaning: 'Do not ask' },
    ],
    takesSettings: true,
    exitCodes:
      "0 if everything was done, 1 if a file can't be used or you said no, 2 if the command can't run as given.",
  },
  doctor: {
    words: '',
    maxWords: 0,
    summary: 'Find out why something does not work, within ten seconds.',
    details: [
      'Checks Node.js, the settings, the network, the token, the region, the space and its features, the quota, the clock, files and folders, the files of MCP clients, and whether the server starts. Changes nothing, and never shows the token.',
    ],
    flags: [{ flag: 'json', meaning: 'Print {ok, checks: [{id, status, message, next?}]}' }],
    takesSettings: true,
    exitCodes: '0 if no check failed, 1 if one did.',
  },
  check: {
    words: '<query | - | file …>',
    maxWords: Number.POSITIVE_INFINITY,
    summary: 'Check definitions and explain them.',
    details: [
      'An argument that ends in .seg or .txt, or any of several arguments, is a file; * and ** are expanded. In a file, lines that begin with # or // are skipped, and "# type: accounts" sets the level.',
    ],
    flags: [
      {
        flag: 'type',
        argument: audienceTypes.join('|'),
        meaning: 'Level of definitions that do not set their own',
        fallback: 'users',
      },
      {
        flag: 'format',
        argument: reportFormats.join('|'),
        meaning: 'Format of the report',
        fallback: 'text',
      },
      { flag: 'json', meaning: 'The same as --format json' },
      { flag: 'fix', meaning: 'Apply fixes: rewrite files, and print any other definition' },
      { flag: 'sandbox', meaning: 'Also show how much of the sample data each definition matches' },
    ],
    takesSettings: false,
    exitCodes:
      "0 if all are valid, 1 if any is not, 3 if any is too long to check, 2 if a file can't be read.",
  },
  sandbox: {
    words: '',
    maxWords: 0,
    summary: "Run a stand-in for Segment's API on this machine, to try things out.",
    details: [],
    flags: [
      {
        flag: 'port',
        argument: 'PORT',
        meaning: 'Port on 127.0.0.1; 0 for any free port',
        fallback: String(sandboxPort),
      },
      {
        flag: 'edition',
        argument: sandboxEditions.join('|'),
        meaning: "Edition to simulate: today's, or v1alpha as it was in 2024",
        fallback: sandboxEditions[0],
      },
      { flag: 'seed', argument: 'FILE', meaning: 'Start with your own data, in JSON' },
      {
        flag: 'record',
        argument: 'FILE',
        meaning:
          'Write every request with its response to a file, or to stdout with -, as lines of JSON',
      },
    ],
    takesSettings: false,
    exitCodes: "0 when stopped, 2 if it can't start.",
  },
};

/** Whether a word of the command line is the name of a command. */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commandUsages, word);
}

/** The names of all commands. */
export const commandNames: readonly CommandName[] =
  Object.keys(commandUsages).filter(isCommandName);
