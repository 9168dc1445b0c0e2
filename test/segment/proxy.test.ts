import { describe, expect, test } from 'vitest';
import { findProxy } from '../../src/segment/proxy.ts';

const base = 'https://api.segmentapis.com';

function proxyOf(environment: Record<string, string>, baseUrl = base) {
  return findProxy(baseUrl, environment, () => {});
}

describe('which variable counts', () => {
  test.each([
    [{ HTTPS_PROXY: 'http://a:1' }, 'http://a:1'],
    [{ https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1' }, 'http://a:1'],
    [{ https_proxy: '', HTTPS_PROXY: 'http://b:1' }, 'http://b:1'],
    [{ HTTPS_PROXY: 'http://a:1', http_proxy: 'http://b:1' }, 'http://a:1'],
    [{ HTTP_PROXY: 'http://b:1' }, 'http://b:1'],
    [{ HTTPS_PROXY: 'https://secure.example' }, 'https://secure.example'],
    [{ HTTPS_PROXY: 'proxy.example:3128' }, 'http://proxy.example:3128'],
    [{ HTTPS_PROXY: 'me:pw@proxy.example:3128' }, 'http://proxy.example:3128'],
    [{}, undefined],
    [{ HTTPS_PROXY: 'socks5://a:1' }, undefined],
    [{ HTTPS_PROXY: '${PROXY}' }, undefined],
    [{ HTTPS_PROXY: 'sgp_Qx7Lk2Vd9TzR4mWbYh6N' }, undefined],
    [{ HTTPS_PROXY: 'http://SGP_Qx7Lk2Vd9TzR4mWbYh6N:3128' }, undefined],
  ])('%j', (environment, url) => {
    expect(proxyOf(environment)?.url).toBe(url);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['*', true],
    ['api.segmentapis.com', true],
    ['API.SegmentAPIs.com', true],
    ['segmentapis.com', true],
    ['.segmentapis.com', true],
    ['*.segmentapis.com', true],
    ['x.example  ,segmentapis.com', true],
    ['api.segmentapis.com:443', true],
    ['api.segmentapis.com:8443', false],
    ['apis.com', false],
    ['eu1.api.segmentapis.com', false],
    [',', false],
  ])('%s', (list, exempt) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      const proxy = proxyOf({ HTTPS_PROXY: 'http://a:1', [name]: list });
      expect(proxy === undefined).toBe(exempt);
    }
  });

  test.each(['2001:db8::1', '[2001:db8::1]', '[2001:db8::1]:443'])(
    'an IPv6 address: %s',
    (list) => {
      const environment = { HTTPS_PROXY: 'http://a:1', NO_PROXY: list };
      expect(proxyOf(environment, 'https://[2001:db8::1]')).toBeUndefined();
      expect(proxyOf(environment, 'https://[2001:db8::2]')).toBeDefined();
    },
  );
});

test.each(['http://127.0.0.1:1', 'https://127.9.9.9', 'http://[::1]:1', 'http://localhost:1'])(
  'there is never one for %s',
  (baseUrl) => {
    const environment = { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://a:1' };
    expect(proxyOf(environment, baseUrl)).toBeUndefined();
  },
);

describe('credentials', () => {
  test.each([
    ['me:long-secret', 'me:long-secret'],
    ['me:p%40ss%3Aword', 'me:p@ss:word'],
    ['me:50%25off-sale', 'me:50%off-sale'],
    ['a-long-token', 'a-long-token:'],
  ])('%s', (written, pair) => {
    const proxy = proxyOf({ HTTPS_PROXY: `http://${written}@proxy.example:1` });
    expect(proxy?.url).toBe('http://proxy.example:1');
    expect(proxy?.authorization).toBe(`Basic ${btoa(pair)}`);
    const secret = pair.replace(/^me:|:$/g, '');
    expect(proxy?.secrets).toEqual([pair, btoa(pair), secret]);
  });

  test('a short password alone is not a secret, or it would be found everywhere', () => {
    const proxy = proxyOf({ HTTPS_PROXY: 'http://someone:id@proxy.example:1' });
    expect(proxy?.secrets).toEqual(['someone:id', btoa('someone:id')]);
  });
});
