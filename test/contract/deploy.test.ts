import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { parseCommand } from '../../src/cli.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import { httpSettingList } from '../../src/config/http-settings.ts';
import { settings } from '../../src/config/settings.ts';
import { commandUsages } from '../../src/usage.ts';

/*
 * What operators copy: manifests, and the flags and variables in the guide.
 */

const read = (name: string) => readFileSync(join('docs', name), 'utf8');
const guide = read('operations.md');
const manifests = ['deploy/compose.yaml', 'deploy/kubernetes.yaml', 'deploy/nginx.conf'];

const all = [...Object.values(settings), ...httpSettingList];
const variables = all.map(({ env }) => env);
const flags = [
  ...all.flatMap(({ flag }) => flag ?? []),
  ...Object.values(commandUsages).flatMap((usage) => usage.flags.map(({ flag }) => flag)),
];
/** Flags of other programs in the same documents. */
const others = ['save', 'appendonly', 'dir', 'from-file', 'wait'];

/** Stands for the folder of secrets, which a server reads when it starts. */
const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const secrets = {
  'segment-token': 'sgp_aTokenForTests123456',
  'mcp-secret': Buffer.alloc(32, 1).toString('base64'),
  'redis-url': 'redis://:password@redis:6379',
};
for (const [name, content] of Object.entries(secrets)) writeFileSync(join(folder, name), content);

/** The configuration that a container would have. */
function configOf(args: readonly string[], env: Readonly<Record<string, string>>): Config {
  // The audit log goes to stdout, which only a server over HTTP takes.
  const command = parseCommand(args.filter((each) => !each.startsWith('--audit-log=')));
  if (command.kind !== 'serve') throw new Error(`It is ${command.kind}.`);
  const here = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/^\/run\/secrets.*\//, `${folder}/`),
    ]),
  );
  const machine = { hostname: 'test', problemWithStateFolder: () => 'it is read-only' };
  const warnings: string[] = [];
  const warn = (sentence: string) => warnings.push(sentence);
  const config = readConfig(command.flags, here, command.problems, warn, machine);
  expect(warnings).toEqual([]);
  return config;
}

function expectTeamServer({ http }: Config): void {
  expect(http).toMatchObject({
    listen: { host: '0.0.0.0', port: 8080 },
    auth: { kind: 'keys' },
    allowedHosts: ['mcp.example.com'],
    redisUrl: secrets['redis-url'],
    metrics: { port: 9464 },
  });
}

/** How long a server may take to stop, milliseconds. */
const stopMs = ({ http }: Config) => (http?.drainWaitMs ?? 0) + (http?.graceMs ?? 0);

const composeSchema = z.object({
  services: z.object({
    mcp: z.looseObject({
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string()),
      secrets: z.array(z.string()),
      deploy: z.object({ replicas: z.number() }),
      read_only: z.literal(true),
      stop_grace_period: z.string().regex(/^\d+s$/),
      healthcheck: z.looseObject({ test: z.array(z.string()) }),
    }),
    redis: z.looseObject({ command: z.array(z.string()) }),
    proxy: z.looseObject({ ports: z.array(z.string()), volumes: z.array(z.string()) }),
  }),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

test('Docker Compose starts two replicas that a signal gives time', () => {
  const { services, secrets: files } = composeSchema.parse(parse(read('deploy/compose.yaml')));
  const { command, environment, deploy, stop_grace_period, healthcheck } = services.mcp;
  const config = configOf(command, environment);
  expectTeamServer(config);
  expect(deploy.replicas).toBe(2);
  expect(Number.parseInt(stop_grace_period, 10) * 1000).toBeGreaterThan(stopMs(config));
  expect(healthcheck.test.join(' ')).toContain('http://127.0.0.1:8080/readyz');
  for (const secret of services.mcp.secrets) expect(Object.keys(files)).toContain(secret);
  expect(services.proxy.volumes.join()).toContain('./nginx.conf:');
});

const probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) });
const deploymentSchema = z.object({
  kind: z.literal('Deployment'),
  spec: z.looseObject({
    replicas: z.literal(2),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.literal(45),
        securityContext: z.looseObject({
          runAsNonRoot: z.literal(true),
          runAsUser: z.literal(1000),
        }),
        containers: z.tuple([
          z.looseObject({
            args: z.array(z.string()),
            env: z.array(z.object({ name: z.string(), value: z.string() })),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            readinessProbe: probe,
            livenessProbe: probe,
            securityContext: z.looseObject({ readOnlyRootFilesystem: z.literal(true) }),
            volumeMounts: z.array(
              z.object({ name: z.string(), mountPath: z.string(), readOnly: z.literal(true) }),
            ),
          }),
        ]),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});

test('Kubernetes starts two replicas, probes them, and gives them time to stop', () => {
  const documents = parseAllDocuments(read('deploy/kubernetes.yaml'));
  const objects = documents.map((document) => {
    expect(document.errors).toEqual([]);
    return z.looseObject({ kind: z.string() }).parse(document.toJS());
  });
  expect(objects.map(({ kind }) => kind)).toEqual([
    ...['Deployment', 'Service', 'PodDisruptionBudget', 'Ingress'],
    ...['Deployment', 'Service'],
  ]);
  const { spec } = deploymentSchema.parse(objects[0]);
  const { spec: pod, metadata } = spec.template;
  const [container] = pod.containers;
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  const config = configOf(container.args, env);
  expectTeamServer(config);
  expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(stopMs(config));
  expect(metadata.labels).toEqual(spec.selector.matchLabels);
  expect(container.readinessProbe.httpGet.path).toBe('/readyz');
  expect(container.livenessProbe.httpGet.path).toBe('/healthz');
  expect(container.ports).toContainEqual({ name: 'http', containerPort: 8080 });
  for (const mount of container.volumeMounts) {
    expect(pod.volumes.map(({ name }) => name)).toContain(mount.name);
    expect(container.args.join()).toContain(mount.mountPath);
  }
});

describe.each(['operations.md', ...manifests])('docs/%s', (name) => {
  const text = read(name);

  test('names flags that exist', () => {
    const named = [...text.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag);
    const unknown = named.filter((flag) => ![...flags, ...others].includes(flag));
    expect(unknown).toEqual([]);
  });

  test('names variables that exist', () => {
    const named = text.match(/\bSEGMENT_[A-Z_]+\b/g) ?? [];
    // The variable of a client, which it may call as it likes.
    expect(named.filter((each) => each !== 'SEGMENT_MCP_KEY' && !variables.includes(each))).toEqual(
      [],
    );
  });
});

test('the guide shows what the proxy is set to', () => {
  const nginx = read('deploy/nginx.conf');
  const shown = [...guide.matchAll(/\| `((?:proxy|client)_[^`]+)` \|/g)].map(([, line]) => line);
  expect(shown).toHaveLength(4);
  for (const line of shown) expect(nginx).toContain(`${line};`);
});
