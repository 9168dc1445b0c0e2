import { sandboxEditions } from './sandbox/editions.ts';
import { audienceTypes } from './segment/models/audience.ts';

/** A flag of a command, besides those that set the server. */
export interface CommandFlag {
  /** Without its dashes. */
  flag: string;
  /** What its value is called; undefined for a switch. */
  argument?: string;
  meaning: string;
  /** What holds if it is not given, as a person would write it. */
  fallback?: string;
}

/** A command that is called by name: what its command line may hold, and its help says. */
export interface CommandUsage {
  /** What follows its flags in the usage line. */
  words: string;
  /** How many words it takes, apart from its name. */
  maxWords: number;
  /** One sentence. */
  summary: string;
  /** What else there is to know, a paragraph each. */
  details: readonly string[];
  flags: readonly CommandFlag[];
  /** Whether it takes the settings of the server as well, as flags and from the environment. */
  takesSettings: boolean;
  exitCodes: string;
}

/** Where `segment-audiences-mcp sandbox` listens when no port is given. */
export const sandboxPort = 4010;

/** What `--format` of `check` may be. */
export const reportFormats = ['text', 'json', 'github', 'sarif'] as const;

export type CommandName = 'setup' | 'doctor' | 'check' | 'sandbox';

/** All commands, in the order in which the help shows them. */
export const commandUsages: Readonly<Record<CommandName, CommandUsage>> = {
  setup: {
    words: '[CLIENT…]',
    maxWords: Number.POSITIVE_INFINITY,
    summary: 'Set up MCP clients to start this server.',
    details: [
      'Shows the file of each client and the exact block that belongs in it; without a CLIENT, of those found on this machine. Settings that are given here, as flags or in the environment, become part of the block.',
      "The token never stands in a client's file: --write asks for it without showing it, and keeps it in a file of its own that only you can read.",
    ],
    flags: [
      {
        flag: 'write',
        meaning: 'Write the block into the file of each CLIENT: show the change, and ask first',
      },
      {
        flag: 'remove',
        meaning: 'Remove it again; a file that has not changed otherwise gets back its old content',
      },
      { flag: 'yes', meaning: 'Do not ask' },
    ],
    takesSettings: true,
    exitCodes:
      "0 if all is done, 1 if a file can't be used or you said no, 2 if the command can't be carried out as it is given.",
  },
  doctor: {
    words: '',
    maxWords: 0,
    summary: 'Find out why something does not work, within ten seconds.',
    details: [
      'Checks Node.js, the settings, the network, the token, the region, the space and its features, the quota, the clock, files and folders, the files of MCP clients, and the start of the server itself. It changes nothing, and never shows the token.',
    ],
    flags: [{ flag: 'json', meaning: 'Write {ok, checks: [{id, status, message, next?}]}' }],
    takesSettings: true,
    exitCodes: '0 if no check failed, 1 if one did.',
  },
  check: {
    words: '<query | - | file …>',
    maxWords: Number.POSITIVE_INFINITY,
    summary: 'Check definitions and explain them.',
    details: [
      'An argument that ends in .seg or .txt, or one of several, is a file; * and ** are expanded. In it, lines that begin with # or // are skipped, and "# type: accounts" sets the level.',
    ],
    flags: [
      {
        flag: 'type',
        argument: audienceTypes.join('|'),
        meaning: 'The level of what does not set its own',
        fallback: 'users',
      },
      {
        flag: 'format',
        argument: reportFormats.join('|'),
        meaning: 'How the report is written',
        fallback: 'text',
      },
      { flag: 'json', meaning: 'The same as --format json' },
      { flag: 'fix', meaning: 'Apply fixes: files are rewritten, the text of all else is printed' },
      { flag: 'sandbox', meaning: 'Also say how much of the sample data each definition matches' },
    ],
    takesSettings: false,
    exitCodes:
      "0 if all are valid, 1 if one is not, 3 if one is too long to be checked, 2 if a file can't be read.",
  },
  sandbox: {
    words: '',
    maxWords: 0,
    summary: "Run a stand-in for Segment's API on this machine, for trying things out.",
    details: [],
    flags: [
      {
        flag: 'port',
        argument: 'PORT',
        meaning: 'Where it listens on 127.0.0.1; 0 for any free port',
        fallback: String(sandboxPort),
      },
      {
        flag: 'edition',
        argument: sandboxEditions.join('|'),
        meaning: "The edition that it speaks: today's, or v1alpha as it was in 2024",
        fallback: sandboxEditions[0],
      },
      { flag: 'seed', argument: 'FILE', meaning: 'Start with a world of your own, in JSON' },
      {
        flag: 'record',
        argument: 'FILE',
        meaning:
          'Write every request and response to a file, or with - to stdout, as a line of JSON each',
      },
    ],
    takesSettings: false,
    exitCodes: "0 when it is stopped, 2 if it can't start.",
  },
};

/** Whether a word of the command line is the name of a command. */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commandUsages, word);
}

/** The names of all commands. */
export const commandNames: readonly CommandName[] =
  Object.keys(commandUsages).filter(isCommandName);
