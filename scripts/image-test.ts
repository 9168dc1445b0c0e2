import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as z from 'zod';

/*
 * `npm run image:test`: builds the image of the Dockerfile with buildah and starts it as user 1000.
 * No image is pulled: the machine's own Node, with the libraries that it loads, replaces the Node
 * image. buildah's files are in a temporary folder. The image serves stdio, and HTTP with a file of
 * keys.
 *
 * If buildah is missing, it prints a message and succeeds; with --required it fails.
 */

const missing = ['buildah', 'ldd'].filter((tool) => spawnSync(tool, ['--version']).error);
if (process.platform !== 'linux' || missing.length > 0) {
  const what = process.platform === 'linux' ? missing.join(' and ') : 'Linux';
  process.stdout.write(`Skipped: the image can't be tested without ${what}.\n`);
  process.exit(process.argv.includes('--required') ? 1 : 0);
}

const folder = mkdtempSync(join(tmpdir(), 'image-'));
const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
const globals = [...storage, '--storage-driver', 'vfs'];

function buildah(command: string, ...args: string[]): string {
  return execFileSync('buildah', [...globals, command, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

/** Makes a root folder with this Node and the libraries that it loads. @returns its path. */
function rootOfNode(root: string): string {
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  const loaded = [...libraries.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => path);
  const copies = [[process.execPath, '/usr/local/bin/node'], ...loaded.map((path) => [path, path])];
  for (const [from = '', to = ''] of copies) {
    mkdirSync(join(root, dirname(to)), { recursive: true });
    copyFileSync(realpathSync(from), join(root, to));
  }
  mkdirSync(join(root, 'tmp'));
  return root;
}

const inspectionSchema = z.object({
  OCIv1: z.object({
    config: z.object({
      User: z.literal('1000'),
      Entrypoint: z.array(z.string()).min(1),
      WorkingDir: z.literal('/app'),
      Labels: z.record(z.string(), z.string()),
    }),
  }),
});

/**
 * Starts the image in a container with the sandbox, and expects it to list its tools and to answer
 * a call.
 */
async function smokeTest(image: string): Promise<void> {
  const inspected = JSON.parse(buildah('inspect', '--type', 'image', image));
  const { User, Entrypoint } = inspectionSchema.parse(inspected).OCIv1.config;
  const container = buildah('from', '--pull-never', image);
  const start = ['run', '--isolation', 'chroot', '--user', User, container, '--', ...Entrypoint];
  const client = new Client({ name: 'image-test', version: '0' });
  const args = [...globals, ...start, '--sandbox'];
  await client.connect(new StdioClientTransport({ command: 'buildah', args, stderr: 'inherit' }));
  const { tools } = await client.listTools();
  const { isError } = await client.callTool({ name: 'list_audiences', arguments: {} });
  await client.close();
  if (tools.length === 0 || isError === true) throw new Error('the image does not serve');
  process.stdout.write(`The image works: ${tools.length} tools, and a call as user ${User}.\n`);
  await smokeTestHttp(container, start);
}

const listeningSchema = z.object({ message: z.literal('listening'), port: z.number() });

/** Starts the image as a server for a team, and expects it to be healthy and to ask for a key. */
async function smokeTestHttp(container: string, start: readonly string[]): Promise<void> {
  const keys = join(folder, 'keys.json');
  const owner = ['--owner', 'image-test'];
  execFileSync(process.execPath, ['dist/main.js', 'keys', 'add', '--keys', keys, ...owner], {
    stdio: 'ignore',
  });
  buildah('copy', '--quiet', '--chown', '1000:1000', container, keys, '/keys.json');
  buildah(
    'config',
    '--env',
    `SEGMENT_MCP_SECRET=${Buffer.alloc(32, 1).toString('base64')}`,
    container,
  );
  const flags = ['--http', '0.0.0.0:0', '--public-url', 'https://mcp.example.com', '--sandbox'];
  const login = ['--auth', 'keys', '--keys', '/keys.json', '--drain-wait-ms', '0'];
  const server = spawn('buildah', [...globals, ...start, 'serve', ...flags, ...login], {
    stdio: ['ignore', 'inherit', 'pipe'],
    // With what it starts, to be ended as one.
    detached: true,
  });
  try {
    const origin = `http://127.0.0.1:${await portOf(server)}`;
    const health = await fetch(`${origin}/healthz`);
    const ready = await fetch(`${origin}/readyz`);
    const foreign = await fetch(`${origin}/mcp`, { method: 'POST', body: '{}' });
    const statuses = [health, ready, foreign].map(({ status }) => status).join(' ');
    // A request under another name than the public one is refused before its key is looked at.
    if (statuses !== '200 200 403') throw new Error(`the image returned HTTP ${statuses}`);
    process.stdout.write('The image serves HTTP: it is healthy, ready and closed to others.\n');
  } finally {
    if (server.pid !== undefined && server.exitCode === null) {
      const ended = once(server, 'exit');
      process.kill(-server.pid, 'SIGTERM');
      await ended;
    }
  }
}

/** Where a server listens, by its log. */
async function portOf({ stderr }: ChildProcess): Promise<number> {
  if (!stderr) throw new Error('the server has no log');
  const others: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    others.push(line);
    if (!line.startsWith('{')) continue;
    const { data } = listeningSchema.safeParse(JSON.parse(line));
    if (!data) continue;
    stderr.resume();
    return data.port;
  }
  throw new Error(`the image does not serve HTTP: ${others.join('\n')}`);
}

try {
  const base = buildah('from', 'scratch');
  buildah('copy', '--quiet', base, rootOfNode(join(folder, 'node')), '/');
  const standIn = 'localhost/node-stand-in';
  buildah('config', '--env', 'PATH=/usr/local/bin', base);
  buildah('commit', '--quiet', base, standIn);
  const image = 'localhost/segment-audiences-mcp';
  const build = ['--isolation', 'chroot', '--pull-never', '--quiet', '--layers=false'];
  buildah('bud', ...build, '--build-arg', `NODE_IMAGE=${standIn}`, '--tag', image, '.');
  await smokeTest(image);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
