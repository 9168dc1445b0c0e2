import { clientIds } from './commands/clients/table.ts';
import { type Setting, settings } from './config/settings.ts';
import {
  type CommandFlag,
  type CommandName,
  type CommandUsage,
  commandNames,
  commandUsages,
} from './usage.ts';
import { name as programName } from './version.ts';

/** Wide enough to read, narrow enough for any terminal. */
const maxLineChars = 98;

/**
 * The text of `--help`.
 *
 * @param of the command to explain; without one, the whole program.
 */
export function help(of?: CommandName): string {
  return of === undefined ? programHelp() : commandHelp(of, commandUsages[of]);
}

function programHelp(): string {
  const commands = commandNames.map(
    (each) => `${usageLine(each, commandUsages[each])}
${wrapped(commandUsages[each].summary, '      ')}`,
  );
  return `${programName}: an MCP server for Twilio Segment's audiences

Usage:
  ${programName} [options]
      Serve MCP over stdin and stdout; needs a token or --sandbox.
${commands.join('\n')}
  ${programName} COMMAND --help
      Show what a command does and which flags it takes.
  ${programName} -h, --help | -V, --version

Options, as a flag or in the environment; flags win:
${Object.values(settings).map(settingLine).join('\n')}
`;
}

/** Allowed words of a command, where a table lists them. */
const wordsOf: Partial<Record<CommandName, string>> = {
  setup: `CLIENT is one of ${clientIds.join(', ')}.`,
};

function commandHelp(command: CommandName, usage: CommandUsage): string {
  const given = [usage.summary, ...usage.details, wordsOf[command]];
  const details = given.filter((text) => text !== undefined).map((text) => wrapped(text, ''));
  const own = usage.flags.map(flagLine).join('\n');
  const ownSettings = (usage.ownSettings ?? []).map(settingLine).join('\n');
  const http = `\nHTTP options, as a flag or in the environment; flags win:\n${ownSettings}\n`;
  const options = `\nServer options, as a flag or in the environment; flags win:\n${Object.values(settings).map(settingLine).join('\n')}\n`;
  return `Usage:
${usageLine(command, usage)}

${details.join('\n\n')}

Flags:
${own === '' ? '' : `${own}\n`}  -h, --help
      Show this help
${usage.ownSettings ? http : ''}${usage.takesSettings ? options : ''}
Exit code:
${wrapped(usage.exitCodes, '  ')}
`;
}

function usageLine(command: CommandName, { words, flags, takesSettings }: CommandUsage): string {
  const own = flags.map(({ flag, argument }) => `[--${flag}${argument ? ` ${argument}` : ''}]`);
  const rest = [...(takesSettings ? ['[options]'] : []), ...own, words].filter(Boolean).join(' ');
  return wrapped(`${programName} ${command} ${rest}`, '  ', '      ');
}

function flagLine({ flag, argument, meaning, fallback }: CommandFlag): string {
  return lines(`--${flag}${argument ? ` ${argument}` : ''}`, meaning, fallback);
}

function settingLine({ flag, argument, env, meaning, fallback }: Setting<unknown>): string {
  const usage = flag === undefined ? '' : `--${flag}${argument ? ` ${argument}` : ''}`;
  return lines([usage, env].filter(Boolean).join(', '), meaning, fallback);
}

function lines(usage: string, meaning: string, fallback: string | undefined): string {
  const standard = fallback === undefined ? '' : `\n      default: ${fallback}`;
  return `  ${usage}\n${wrapped(meaning, '      ')}${standard}`;
}

/** Wraps a text into lines that begin with `indent`, those after the first with `further`. */
function wrapped(text: string, indent: string, further = indent): string {
  const result: string[] = [];
  let line = indent;
  // Text in brackets or quotes is not split at its spaces.
  for (const word of text.match(/\[[^\]]*\]\S*|<[^>]*>\S*|\S+/g) ?? []) {
    const isStart = line === indent || line === further;
    if (!isStart && line.length + word.length >= maxLineChars) {
      result.push(line);
      line = further + word;
    } else line += `${isStart ? '' : ' '}${word}`;
  }
  return [...result, line].join('\n');
}
