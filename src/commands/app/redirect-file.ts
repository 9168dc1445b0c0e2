import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StateFolder, StateFolderError } from '../../safety/state-folder.ts';

/*
 * The address of the page has the key in it, which must not be on a command line: other users of the
 * machine could read it there. So a browser is given a file that leads to the address, and that only its
 * owner can read.
 */

/** A file that leads a browser to an address. */
export interface RedirectFile {
  path: string;
  /** Removes it, if it is still there. */
  remove(): void;
}

/** Where it may be. */
export interface RedirectPlaces {
  /** The state folder; undefined if the platform has none. */
  stateFolder: string | undefined;
  /** The platform's folder for temporary files. */
  temporary: string;
  now: () => number;
}

/** @throws {Error} with a `code` if no file can be written. */
export function writeRedirect(
  address: string,
  { stateFolder, temporary, now }: RedirectPlaces,
): RedirectFile {
  const html = redirectTo(address);
  if (stateFolder !== undefined) {
    try {
      const path = new StateFolder(stateFolder, now).writeBrief(html, 'html');
      return { path, remove: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof StateFolderError)) throw error;
    }
  }
  const path = join(mkdtempSync(join(temporary, 'segment-audiences-mcp-')), 'open.html');
  writeFileSync(path, html, { flag: 'wx', mode: 0o600 });
  return { path, remove: () => rmSync(dirname(path), { recursive: true, force: true }) };
}

/** The script replaces the file in the history of the browser. */
function redirectTo(address: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>Segment audiences</title>
<script>location.replace(${JSON.stringify(address)})</script>
<p>The page is opening. If nothing happens, allow JavaScript.</p>
</html>
`;
}
