import { folderOf, type Place } from './clients/place.ts';
import { commandLine } from './command-line.ts';

/*
 * The token that setup keeps is in a file that only its user can read, in a folder of the same kind.
 * On Windows the access list of the profile takes care of that.
 */

/** The command that makes the folder of the token, and what is there, accessible to its user only. */
export function commandToMakePrivate(tokenFile: string, place: Place): string {
  return commandLine(['chmod', '-R', 'go=', folderOf(tokenFile, place)], place.platform);
}

/** The steps to put a token into its file by hand. */
export function stepsToKeepToken(tokenFile: string, place: Place): string[] {
  const { platform } = place;
  const folder = folderOf(tokenFile, place);
  if (platform === 'win32') {
    return [`To keep the token by hand, create the folder ${folder}, and put it in ${tokenFile}.`];
  }
  return [
    `To keep the token by hand, put it in ${tokenFile}, readable only by you:`,
    `  ${commandLine(['mkdir', '-p', '-m', '700', folder], platform)}`,
    `  ${commandLine(['touch', tokenFile], platform)} && ${commandLine(['chmod', '600', tokenFile], platform)}`,
    '  Then write it into that file with an editor.',
  ];
}
