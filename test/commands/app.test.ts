import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../src/cli.ts';
import { type BrowserStart, browserStart } from '../../src/commands/app/browser.ts';
import { appPages } from '../../src/commands/app/pages.ts';
import { writeRedirect } from '../../src/commands/app/redirect-file.ts';
import { App } from '../../src/commands/app.ts';
import { ConfigError } from '../../src/config/config.ts';
import { Changes } from '../support/changes.ts';
import { expectMode, isWindows } from '../support/platform.ts';
import { temporaryHome } from '../support/setup-machine.ts';

/*
 * The command `app` without a browser: its command line, the file that leads to the page, and how each
 * system opens it. test/integration/app-host.test.ts drives the rest.
 */

describe('the command line', () => {
  test('has a free port and a browser by default, and all settings of the server', () => {
    expect(parseCommand(['app', '--sandbox'])).toEqual({
      kind: 'app',
      flags: { sandbox: true },
      port: 0,
      isOpened: true,
    });
    expect(parseCommand(['app', '--read-only', '--port', '8080', '--no-open'])).toEqual({
      kind: 'app',
      flags: { 'read-only': true },
      port: 8080,
      isOpened: false,
    });
  });

  test.each([
    [['app', '--port', 'x'], '--port needs a number'],
    [['app', '--port', '70000'], '--port needs a number'],
    [['app', '--http', '1'], '--http needs the command serve'],
    [['app', 'word'], 'Word 1'],
  ])('%j is refused', (args, problem) => {
    expect(() => parseCommand(args)).toThrow(problem);
  });
});

describe('a browser is opened', () => {
  const file = '/home/a b/open.html';

  test('by what each system has for it', () => {
    const desktop = { DISPLAY: ':0' };
    expect(browserStart(file, 'darwin', {})).toEqual({
      command: 'open',
      args: [file],
      isVerbatim: false,
    });
    expect(browserStart(file, 'linux', desktop)?.command).toBe('xdg-open');
    expect(browserStart(file, 'freebsd', { WAYLAND_DISPLAY: 'wayland-0' })?.args).toEqual([file]);
  });

  test('on Windows by start, with a path that the shell takes as it is', () => {
    const path = 'C:\\Users\\A & B\\open.html';
    expect(browserStart(path, 'win32', { ComSpec: 'C:\\Windows\\System32\\cmd.exe' })).toEqual({
      command: 'C:\\Windows\\System32\\cmd.exe',
      args: ['/d', '/s', '/c', `"start "" "${path}""`],
      isVerbatim: true,
    });
  });

  test('not without a desktop', () => {
    expect(browserStart(file, 'linux', {})).toBeUndefined();
  });
});

describe('the file that leads to the page', () => {
  const address = 'http://127.0.0.1:1/#key=sgm_x';

  test('is in the state folder, for its owner alone', () => {
    const home = temporaryHome();
    const stateFolder = join(home, 'state');
    const file = writeRedirect(address, { stateFolder, temporary: home, now: Date.now });
    expect(file.path.startsWith(stateFolder)).toBe(true);
    expectMode(file.path, 0o600);
    expectMode(stateFolder, 0o700);
    expect(readFileSync(file.path, 'utf8')).toContain(`location.replace("${address}")`);
    file.remove();
    file.remove();
    expect(readdirSync(stateFolder)).toEqual([]);
  });

  test('is forgotten after an hour, if nobody removed it', () => {
    const home = temporaryHome();
    const places = { stateFolder: join(home, 'state'), temporary: home };
    const old = writeRedirect(address, { ...places, now: Date.now });
    const now = () => Date.now() + 61 * 60_000;
    const fresh = writeRedirect(address, { ...places, now });
    expect([existsSync(old.path), existsSync(fresh.path)]).toEqual([false, true]);
  });

  test.skipIf(isWindows)(
    'is a temporary one where the state folder is open to others (Windows has no modes)',
    () => {
      const home = temporaryHome();
      chmodSync(home, 0o755);
      const file = writeRedirect(address, { stateFolder: home, temporary: home, now: Date.now });
      expectMode(file.path, 0o600);
      expectMode(join(file.path, '..'), 0o700);
      file.remove();
      expect(readdirSync(home)).toEqual([]);
    },
  );
});

/** What the build makes. */
function makePages(dist: string): void {
  mkdirSync(join(dist, 'host'), { recursive: true });
  appPages((name) => {
    writeFileSync(join(dist, 'host', name), '');
    return '';
  });
}

/** The command on a machine of the test's own. @param isStarted whether the browser starts. */
function appOn({ isStarted = true, isOpened = true } = {}) {
  const home = temporaryHome();
  const changes = new Changes();
  let shown = '';
  const started: BrowserStart[] = [];
  const dist = join(home, 'dist');
  const machine = {
    surroundings: { environment: { DISPLAY: ':0' }, platform: 'linux', home: () => home },
    dist,
    temporary: home,
    now: Date.now,
    randomBytes: (count: number) => new Uint8Array(count).fill(7),
    async startBrowser(start: BrowserStart) {
      started.push(start);
      return isStarted;
    },
  } as const;
  const create = () =>
    new App({ flags: {}, port: 0, isOpened }, machine, join(home, 'state'), (text) => {
      shown += text;
      changes.happened();
    });
  return {
    dist,
    create,
    started,
    shown: () => changes.until(() => shown || undefined),
    left: () => (existsSync(join(home, 'state')) ? readdirSync(join(home, 'state')) : []),
  };
}

describe('the app', () => {
  test("can't start without its pages", () => {
    expect(() => appOn().create()).toThrow(ConfigError);
  });

  test.each([
    ['a browser', {}, 'in your browser'],
    ['a browser that does not start', { isStarted: false }, 'Open this file'],
    ['--no-open', { isOpened: false }, 'Open this file'],
  ])('with %s, says which file to open, and never the key', async (_, machine, words) => {
    const scene = appOn(machine);
    makePages(scene.dist);
    const app = scene.create();
    app.open('http://127.0.0.1:4321/mcp');
    const text = await scene.shown();
    const [file = ''] = scene.left();
    expect(text).toContain(words);
    expect(text).toContain(file);
    expect(text).not.toContain('sgm_');
    expect(JSON.stringify(scene.started)).not.toContain('sgm_');
    app.close();
    app.close();
    expect(scene.left()).toEqual([]);
  });

  test('serves this machine only, to whoever has the key', () => {
    const scene = appOn();
    makePages(scene.dist);
    expect(scene.create().http).toMatchObject({
      listen: { host: '127.0.0.1', port: 0 },
      allowedHosts: ['127.0.0.1'],
      allowedOrigins: [],
      allowsLoopbackOrigins: false,
      auth: { kind: 'key', key: expect.stringMatching(/^sgm_/) },
    });
  });
});
