import { ownerOfNew } from '../../safety/owner.ts';
import { StateFolder } from '../../safety/state-folder.ts';

/** The state folder at a path, for the user in whose home it is, even if root runs this. */
export function stateFolderAt(path: string): StateFolder {
  return new StateFolder(path, Date.now, ownerOfNew(path));
}
