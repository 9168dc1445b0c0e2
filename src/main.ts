import { type Command, parseCommand } from './cli.ts';
import { systemClock } from './clock.ts';
import { compose } from './compose.ts';
import { type Config, ConfigError, readConfig } from './config/config.ts';
import type { HttpMachine } from './config/http-config.ts';
import { defaultStateFolder, StateFolder, type Surroundings } from './safety/state-folder.ts';
import type { HttpAdditions } from './serve-http.ts';
import { createProcessServices, type Machine } from './services.ts';
import { openTelemetry } from './telemetry/open.ts';
import { systemReason } from './text/system-reason.ts';
import { visible } from './text/visible.ts';
import { serveStdio } from './transports/stdio.ts';
import { name, version } from './version.ts';

const exitCode = { ok: 0, failed: 1, misconfigured: 2 };

/** How long the client may take to read the last output. */
const lastWordsMs = 200;

// A client may close our stderr; that must not end the server.
process.stderr.on('error', () => {});
watchStdout();
void main().then((code) => {
  // An error of an earlier output is reported before the callback of a later one has returned.
  process.stdout.write('', () => setImmediate(() => process.exit(code)));
  // A client that reads nothing more must not keep us running.
  setTimeout(() => process.exit(code), lastWordsMs);
});

/** A reader that has closed stdout, as `head` does, wants no more output; what is under way is finished. */
function watchStdout(): void {
  let isHandled = false;
  process.stdout.on('error', (error) => {
    const reason = systemReason(error);
    isHandled ||= reason === 'EPIPE' || process.stdout.listenerCount('error') > 1;
    if (isHandled) return;
    tell(`stdout can't be written (${reason}).`);
    process.exit(exitCode.failed);
  });
}

async function main(): Promise<number> {
  try {
    return await run(parseCommand(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) tell(problem);
    return exitCode.misconfigured;
  }
}

/** Reports something about the settings to whoever runs the server. */
function tell(sentence: string): void {
  process.stderr.write(`${name}: ${visible(sentence)}\n`);
}

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help': {
      const { help } = await import('./commands/lazy.ts');
      process.stdout.write(help(command.of));
      return exitCode.ok;
    }
    case 'version':
      process.stdout.write(`${version}\n`);
      return exitCode.ok;
    case 'sandbox': {
      const { runSandbox } = await import('./commands/sandbox.ts');
      await runSandbox(command, {
        write: (text) => process.stdout.write(text),
        writeAside: (text) => process.stderr.write(text),
      });
      return exitCode.ok;
    }
    case 'check': {
      const { runCheck } = await import('./commands/lazy.ts');
      const color = process.stdout.isTTY && !process.env.NO_COLOR;
      return runCheck(command, {
        write: (text) => process.stdout.write(text),
        writeAside: (text) => process.stderr.write(text),
        color,
      });
    }
    case 'setup': {
      const { runSetup, setupMachine } = await import('./commands/lazy.ts');
      return runSetup(command, setupMachine(), {
        write: (text) => process.stdout.write(text),
        writeAside: (text) => process.stderr.write(text),
      });
    }
    case 'doctor': {
      const { doctorMachine, runDoctor } = await import('./commands/lazy.ts');
      return runDoctor(command, doctorMachine(), (text) => process.stdout.write(text));
    }
    case 'graph': {
      const { runGraph, pictureMachine } = await import('./commands/lazy.ts');
      return runGraph(command, pictureMachine(), documentOutput());
    }
    case 'report': {
      const { runReport, pictureMachine } = await import('./commands/lazy.ts');
      return runReport(command, pictureMachine(), documentOutput());
    }
    case 'keys': {
      const { runKeys } = await import('./commands/lazy.ts');
      await runKeys(
        command,
        { environment: process.env, now: systemClock.now, randomBytes },
        {
          write: (text) => process.stdout.write(text),
          writeAside: (text) => process.stderr.write(text),
        },
      );
      return exitCode.ok;
    }
    case 'app': {
      const { App, appMachine } = await import('./commands/lazy.ts');
      const warnings: string[] = [];
      // Whoever looks at a page wants to see only what is wrong in the terminal.
      const environment = { LOG_LEVEL: 'warn', ...process.env };
      const config = readConfig(command.flags, environment, [], (sentence) =>
        warnings.push(sentence),
      );
      const machine = appMachine(surroundings(), randomBytes);
      const app = new App(command, machine, config.stateFolder, (text) =>
        process.stdout.write(text),
      );
      try {
        return await serve({ ...config, http: app.http }, warnings, {
          pages: app.pages,
          addressFlag: '--port',
          onListening: (url) => app.open(url),
          onAdmitted: () => app.close(),
        });
      } finally {
        app.close();
      }
    }
    case 'serve': {
      const warnings: string[] = [];
      const config = readConfig(
        command.flags,
        process.env,
        command.problems,
        (sentence) => warnings.push(sentence),
        command.isNamed && httpMachine(),
        true,
      );
      return serve(config, warnings);
    }
  }
}

/** Where a document and what is said about it go. */
function documentOutput() {
  return {
    write: (text: string) =>
      new Promise<void>((resolve, reject) => {
        // A reader that has closed stdout, as `head` does, wants no more output.
        const failed = (error: Error) =>
          systemReason(error) === 'EPIPE' ? resolve() : reject(error);
        process.stdout.once('error', failed);
        process.stdout.write(text, (error) => (error ? failed(error) : resolve()));
      }),
    writeAside: (text: string) => {
      process.stderr.write(text);
    },
    isTerminal: process.stderr.isTTY,
  };
}

function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** A function, since a constant would have no value yet when the program begins above. */
function surroundings(): Surroundings {
  return {
    environment: process.env,
    platform: process.platform,
    home: () => process.getBuiltinModule('node:os').homedir(),
  };
}

/** What the settings of HTTP depend on. */
function httpMachine(): HttpMachine {
  return {
    hostname: process.getBuiltinModule('node:os').hostname(),
    problemWithStateFolder(path = defaultStateFolder(surroundings())) {
      if (path === undefined) return 'this platform has none';
      return new StateFolder(path, systemClock.now).problem();
    },
  };
}

/** @param warnings the settings that are ignored. @param additions for a server of HTTP. */
async function serve(
  config: Config,
  warnings: readonly string[],
  additions: HttpAdditions = {},
): Promise<number> {
  // Whatever the log level: a restriction that somebody relies on may not be in effect.
  for (const reason of warnings) tell(`setting ignored: ${reason}`);
  const machine: Machine = {
    clock: systemClock,
    random: Math.random,
    randomBytes,
    writeLog: (line) => process.stderr.write(line),
    stdout: process.stdout,
    surroundings: surroundings(),
  };
  const telemetry = await openTelemetry(config.http, systemClock);
  const services = createProcessServices(config, machine, telemetry);
  const { log } = services;
  // Node would print the error as it is; the log removes secrets.
  process.on('uncaughtException', (error) => {
    log('error', 'crashed', { error: error.message, stack: error.stack });
    process.exit(exitCode.failed);
  });
  log('info', 'serving', { version, target: config.target.kind });
  if (config.http) {
    const { serveHttp } = await import('./serve-http.ts');
    await serveHttp(services, config.http, additions);
    await telemetry.flush();
    return exitCode.ok;
  }
  const program = compose(services);
  const { inputEnded, interrupted, answered } = await serveStdio(
    (createServer) => program.openSession(createServer).server,
    log,
  );
  const reason = await Promise.race([inputEnded, interrupted]);
  log('info', 'stopping', { reason });
  if (reason === 'stdin closed') {
    const interruption = await Promise.race([program.finish(answered()), interrupted]);
    if (interruption) log('info', 'stopping at once', { reason: interruption });
  }
  await program.stop(answered());
  await telemetry.flush();
  return exitCode.ok;
}
