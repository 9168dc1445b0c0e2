import { dirname, resolve } from 'node:path';
import { ownerOfNew } from '../../safety/owner.ts';
import { StateFolder } from '../../safety/state-folder.ts';

/**
 * The state folder at a path, for the user in whose home it is, even if root runs this. Whose that is says
 * the folder around it: anybody may have made this one in a folder such as /tmp.
 */
export function stateFolderAt(path: string): StateFolder {
  return new StateFolder(path, Date.now, ownerOfNew(dirname(resolve(path))));
}
