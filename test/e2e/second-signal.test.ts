import { expect, test } from 'vitest';
import { isWindows } from '../support/platform.ts';
import { rawRequest } from '../support/raw-http.ts';
import { startTeamServer } from '../support/team-server.ts';

test.skipIf(isWindows)(
  'over HTTP, a second signal ends the wait for load balancers (Windows has none)',
  async () => {
    // Longer than this test may take.
    await using server = await startTeamServer(['--sandbox', '--drain-wait-ms=600000']);
    const { program } = server;
    program.child.kill('SIGTERM');
    await program.until(() => program.stderr.includes('"stopping"') || undefined);
    const ready = await rawRequest(server.origin, 'GET', '/readyz', { headers: {} });
    expect(ready.status).toBe(503);
    const client = await server.connect();
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    program.child.kill('SIGINT');
    expect((await program.exit()).code).toBe(0);
  },
);
