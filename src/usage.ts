import { httpSettingList } from './config/http-settings.ts';
import type { Setting } from './config/settings.ts';
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
  /** What follows its flags in the usage line: words, or a setting that it reads in its own way. */
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
  /** Settings that no other command takes, as flags and from the environment. */
  ownSettings?: readonly Setting<unknown>[];
  exitCodes: string;
}

/** Where `segment-audiences-mcp sandbox` listens when no port is given. */
export const sandboxPort = 4010;

/** The values of `--format` for `check`. */
export const reportFormats = ['text', 'json', 'github', 'sarif'] as const;

/** The values of `--format` for `graph`. */
export const graphFormats = ['svg', 'mermaid', 'dot', 'json'] as const;
export type GraphFormat = (typeof graphFormats)[number];

/** The flags of the commands that write a document. */
const outFlags: readonly CommandFlag[] = [
  { flag: 'out', argument: 'FILE', meaning: 'Write to this file instead of stdout' },
  { flag: 'force', meaning: 'Replace the file if it exists' },
];

const exitCodesOfDocuments =
  "0 if it was written, 1 if the space can't be read, 2 if the command can't run as given or the file can't be written.";

/** What `segment-audiences-mcp keys` can do. */
export const keyActions = ['add', 'list', 'revoke'] as const;
export type KeyAction = (typeof keyActions)[number];

export type CommandName =
  | 'serve'
  | 'app'
  | 'keys'
  | 'setup'
  | 'doctor'
  | 'check'
  | 'graph'
  | 'report'
  | 'sandbox';

/** All commands, in the order in which the help shows them. */
export const commandUsages: Readonly<Record<CommandName, CommandUsage>> = {
  serve: {
    words: '',
    maxWords: 0,
    summary: 'Serve MCP over stdin and stdout, or with --http to a team over HTTP.',
    details: [],
    flags: [],
    takesSettings: true,
    ownSettings: httpSettingList,
    exitCodes: "0 when stopped, 1 if it failed, 2 if it can't start as given.",
  },
  app: {
    words: '',
    maxWords: 0,
    summary: 'View audiences in a browser, in the app that MCP clients show.',
    details: [
      'Serves this machine only, with the same tools and rules as for clients, until it is stopped with Ctrl-C. Nobody else can use the page: its key is in memory and in a file that only you can read, which is removed as soon as the browser has opened it.',
    ],
    flags: [
      {
        flag: 'port',
        argument: 'PORT',
        meaning: 'Port on 127.0.0.1; 0 for any free port',
        fallback: '0',
      },
      { flag: 'no-open', meaning: 'Open no browser; print the path of the file that leads to it' },
    ],
    takesSettings: true,
    exitCodes: "0 when stopped, 1 if it failed, 2 if it can't start as given.",
  },
  keys: {
    words: 'add|list|revoke [ID]',
    maxWords: 2,
    summary: 'Manage the keys that let people and agents in (serve --http --auth keys).',
    details: [
      'add prints a new key, once, on stdout: the file holds only its hash. revoke ID makes a key invalid. Running servers notice a change within five seconds.',
      "A policy narrows what the server allows everybody; anything that no flag restricts follows the server's settings.",
    ],
    flags: [
      {
        flag: 'keys',
        argument: 'FILE',
        meaning: 'File of keys, created if it does not exist; or SEGMENT_MCP_KEYS',
      },
      { flag: 'owner', argument: 'NAME', meaning: 'For add: who the key belongs to' },
      {
        flag: 'expires',
        argument: '90d|DATE',
        meaning:
          'When the key expires: in days, or at the start of a date (UTC); if not set, never',
      },
      { flag: 'read-only', meaning: 'Policy: may not write' },
      { flag: 'spaces', argument: 'ID,…', meaning: 'Policy: may use only these spaces' },
      { flag: 'tools', argument: 'NAME,…', meaning: 'Policy: may use only these tools' },
      { flag: 'toolsets', argument: 'NAME,…', meaning: 'Policy: may use only these toolsets' },
      {
        flag: 'confirm',
        argument: 'none|remove|writes',
        meaning: "Policy: which calls need the user's agreement, at least",
      },
      {
        flag: 'no-samples',
        meaning: 'Policy: sees no values of properties and traits, and no member ids',
      },
      {
        flag: 'calls-per-minute',
        argument: 'N',
        meaning: 'Policy: maximum number of tool calls, and of other reads, per minute',
      },
      {
        flag: 'use-token',
        argument: 'NAME',
        meaning: "Policy: the name of the workspace's token in the file of --tokens",
      },
      { flag: 'json', meaning: 'For list: print JSON' },
    ],
    takesSettings: false,
    exitCodes: "0 on success, 2 if the command can't run as given or the file can't be used.",
  },
  setup: {
    words: '[CLIENT…]',
    maxWords: Number.POSITIVE_INFINITY,
    summary: 'Set up MCP clients to start this server.',
    details: [
      'Shows the file of each CLIENT and the exact block to put in it; without a CLIENT, those of the clients found on this machine. Settings given here, as flags or in the environment, become part of the block.',
      "The token is never written to a client's file: --write asks for it without showing it, and keeps it in a separate file that only you can read. A key is not written either: the block refers to the variable of --key-env.",
    ],
    flags: [
      {
        flag: 'write',
        meaning: 'Write the block to the file of each CLIENT, after showing the change and asking',
      },
      {
        flag: 'remove',
        meaning: 'Remove the block; a file with no other changes gets its original content back',
      },
      { flag: 'yes', meaning: 'Do not ask' },
      {
        flag: 'http',
        argument: 'URL',
        meaning: 'Set up clients to use the server at this URL instead of starting one',
      },
      {
        flag: 'key-env',
        argument: 'NAME',
        meaning: 'With --http: the variable that holds your key; if not set, log in with OAuth',
      },
    ],
    takesSettings: true,
    exitCodes:
      "0 if everything was done, 1 if a file can't be used or you said no, 2 if the command can't run as given.",
  },
  doctor: {
    words: '[--http URL]',
    maxWords: 0,
    summary: 'Find out why something does not work, within ten seconds.',
    details: [
      'Checks Node.js, the settings, the network, the token, the region, the space and its features, the quota, the clock, files and folders, the files of MCP clients, and whether the server starts. Changes nothing, and never shows the token.',
      'With the HTTP options, it also checks the files of keys, tokens and policies, the issuer, and Redis. With --http URL, it checks a running server instead: whether it is healthy and ready, how clients log in, and whether it lists its tools.',
    ],
    flags: [
      { flag: 'json', meaning: 'Print {ok, checks: [{id, status, message, next?}]}' },
      {
        flag: 'key-env',
        argument: 'NAME',
        meaning: 'With --http URL: the variable that holds a key or an access token',
      },
    ],
    takesSettings: true,
    ownSettings: httpSettingList,
    exitCodes: "0 if no check failed, 1 if one did, 2 if the command can't run as given.",
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
      "0 if all are valid, 1 if any is not, 3 if none is invalid but any is too long to check, 2 if a file can't be read or written, a pattern matches no files, or the command can't run as given.",
  },
  graph: {
    words: '',
    maxWords: 0,
    summary: 'Draw which audiences of a space are built on which.',
    details: [
      'Shows every audience that is built on another one, or that another one is built on, with its status and its size; the others are counted. Cycles, and keys that no audience has, are marked. Of large spaces, 500 audiences and keys are shown.',
      'svg is a picture for browsers and documents, mermaid what GitHub, GitLab and many editors draw, dot what Graphviz reads, and json is for programs. Nothing is changed in Segment.',
    ],
    flags: [
      {
        flag: 'format',
        argument: graphFormats.join('|'),
        meaning: 'Format of the picture',
        fallback: graphFormats[0],
      },
      ...outFlags,
    ],
    takesSettings: true,
    exitCodes: exitCodesOfDocuments,
  },
  report: {
    words: '',
    maxWords: 0,
    summary: 'Write a page about a space, to look at, print or send to a colleague.',
    details: [
      'The page is one HTML file: a summary, what deserves a look, who builds on whom, and a table of all audiences with their sizes. It contains no script, loads nothing, and shows no definitions and no values of properties and traits. Nothing is changed in Segment.',
    ],
    flags: outFlags,
    takesSettings: true,
    exitCodes: exitCodesOfDocuments,
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

/** Which of its flags each action of `keys` takes. */
export const flagsOfKeyActions: Readonly<Record<KeyAction, readonly string[]>> = {
  add: commandUsages.keys.flags.map(({ flag }) => flag).filter((flag) => flag !== 'json'),
  list: ['keys', 'json'],
  revoke: ['keys'],
};

/** Whether a word of the command line is the name of a command. */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commandUsages, word);
}

/** The names of all commands. */
export const commandNames: readonly CommandName[] =
  Object.keys(commandUsages).filter(isCommandName);
