import { name as programName } from '../../version.ts';
import { downloadingIn } from './downloads.ts';
import { entryName, type ServerStart } from './entry.ts';
import { programIn } from './program.ts';

/**
 * Whether an entry is for another program. What comes from elsewhere under our name may be this one.
 *
 * @param mainFile the real path of this program. @param name the entry's name.
 */
export function isForeign(start: ServerStart, mainFile: string, name: string): boolean {
  const downloading = downloadingIn(start);
  const words = [start.command, ...start.args];
  switch (downloading.kind) {
    case 'download':
      return !downloading.isNamedOurs && (name !== entryName || downloading.from === 'registry');
    case 'unclear':
      return name !== entryName && !words.some((word) => word.includes(programName));
    case 'none':
      return programIn(start, mainFile, name) === undefined;
  }
}
