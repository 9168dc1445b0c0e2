import { spawn } from 'node:child_process';

/** A program with its arguments, as the system starts it. */
export interface BrowserStart {
  command: string;
  args: readonly string[];
  /** On Windows: the arguments are quoted already. */
  isVerbatim: boolean;
}

/**
 * What opens a file in the user's browser.
 *
 * @returns undefined where there is no desktop that could show one.
 */
export function browserStart(
  file: string,
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): BrowserStart | undefined {
  switch (platform) {
    case 'darwin':
      return { command: 'open', args: [file], isVerbatim: false };
    case 'win32': {
      // `start` takes a first text in quotes as the title of a window. No path has quotes in it.
      const args = ['/d', '/s', '/c', `"start "" "${file}""`];
      return { command: environment.ComSpec ?? 'cmd.exe', args, isVerbatim: true };
    }
    default: {
      const hasDesktop = Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
      return hasDesktop ? { command: 'xdg-open', args: [file], isVerbatim: false } : undefined;
    }
  }
}

/** How long a program that opens a browser may take to fail; one that runs on has not failed. */
const failsWithinMs = 5000;

/** Starts a program. @returns whether it did not fail. */
export function startBrowser({ command, args, isVerbatim }: BrowserStart): Promise<boolean> {
  return new Promise((resolve) => {
    const started = spawn(command, args, {
      stdio: 'ignore',
      detached: true,
      windowsVerbatimArguments: isVerbatim,
    });
    started.unref();
    started.once('error', () => resolve(false));
    started.once('exit', (code) => resolve(code === 0));
    setTimeout(() => resolve(true), failsWithinMs).unref();
  });
}
