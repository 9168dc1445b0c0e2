import { expect, test } from 'vitest';
import { IssuerKeys } from '../../src/access/issuer-keys.ts';
import { fetchThroughProxy } from '../../src/access/proxied-fetch.ts';
import { systemClock } from '../../src/clock.ts';
import { startConnectProxy, tlsHost } from '../support/connect-proxy.ts';

const jwks = `https://${tlsHost}/keys`;

/** Looks for the keys where no network is but a proxy. */
async function keysThrough(environment: Record<string, string>) {
  const because: string[] = [];
  const warnings: string[] = [];
  const direct: string[] = [];
  const keys = new IssuerKeys('https://login.example.com', jwks, {
    fetch: fetchThroughProxy(
      async (url) => {
        direct.push(url);
        return Response.json({ keys: [] });
      },
      environment,
      systemClock,
      (sentence) => warnings.push(sentence),
    ),
    clock: systemClock,
    log: (_, __, facts) => because.push(String(facts?.because)),
  });
  return { set: await keys.current(), because, warnings, direct };
}

test('a proxy that refuses is named, without its credentials', async () => {
  await using proxy = await startConnectProxy('{}', 407);
  const { set, because, direct } = await keysThrough({
    HTTPS_PROXY: `http://me:password1@${proxy.address}`,
  });
  expect(set).toBeUndefined();
  expect(because).toEqual(['the proxy returned HTTP 407, through the proxy of HTTPS_PROXY']);
  expect(proxy.connects).toMatchObject([{ target: `${tlsHost}:443` }]);
  expect(direct).toEqual([]);
});

test.each<Record<string, string>>([{}, { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: tlsHost }])(
  'no proxy is used with %o',
  async (environment) => {
    const { set, direct } = await keysThrough(environment);
    expect(set).toEqual({ keys: [] });
    expect(direct).toEqual([jwks]);
  },
);

test('a proxy that is no URL is reported, and not used', async () => {
  const { warnings, direct } = await keysThrough({ HTTPS_PROXY: '{proxy}' });
  expect(warnings).toEqual([
    'HTTPS_PROXY is not used: it must be the URL of a proxy, http:// or https://.',
  ]);
  expect(direct).toEqual([jwks]);
});
