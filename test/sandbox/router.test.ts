import { describe, expect, test } from 'vitest';
import { createRouter } from '../../src/sandbox/router.ts';

/*
 * Which row of a table a request belongs to.
 */

const find = createRouter({
  get_audience: { method: 'GET', path: '/spaces/{spaceId}/audiences/{id}' },
  list_audiences: { method: 'GET', path: '/spaces/{spaceId}/audiences' },
  create_audience: { method: 'POST', path: '/spaces/{spaceId}/audiences' },
  create_preview: { method: 'POST', path: '/spaces/{spaceId}/audiences/previews' },
  get_preview: { method: 'GET', path: '/spaces/{spaceId}/audiences/previews/{id}' },
  get_schedule: { method: 'GET', path: '/spaces/{spaceId}/audiences/{id}/schedules/{scheduleId}' },
  get_workspace: { method: 'GET', path: '/' },
});

test.each([
  ['GET', '/', 'get_workspace', {}],
  ['GET', '/spaces/s/audiences', 'list_audiences', { spaceId: 's' }],
  ['POST', '/spaces/s/audiences?x=/y', 'create_audience', { spaceId: 's' }],
  ['GET', '/spaces/s/audiences/a', 'get_audience', { spaceId: 's', id: 'a' }],
  ['POST', '/spaces/s/audiences/previews', 'create_preview', { spaceId: 's' }],
  ['GET', '/spaces/s/audiences/previews/p', 'get_preview', { spaceId: 's', id: 'p' }],
  [
    'GET',
    '/spaces/s/audiences/previews/schedules/t',
    'get_schedule',
    { spaceId: 's', id: 'previews', scheduleId: 't' },
  ],
  ['GET', '/spaces/a%2Fb/audiences/..', 'get_audience', { spaceId: 'a/b', id: '..' }],
  ['GET', '/spaces/s/audiences/%2e%2e%2F%25', 'get_audience', { spaceId: 's', id: '../%' }],
  [
    'GET',
    `/spaces/s/audiences/${'x'.repeat(255)}`,
    'get_audience',
    { spaceId: 's', id: 'x'.repeat(255) },
  ],
])('%s %s is %s', (method, target, operation, params) => {
  expect(find(method, target)).toMatchObject({ operation, params });
});

describe('what no row has', () => {
  test.each([
    ['PUT', '/spaces/s/audiences'],
    ['POST', '/spaces/s/audiences/a'],
    ['GET', '/spaces/s/audiences/'],
    ['GET', '/spaces//audiences'],
    ['GET', '//spaces/s/audiences'],
    ['GET', '/spaces/s/audiences/%zz'],
    ['GET', `/spaces/s/audiences/${'x'.repeat(256)}`],
    ['GET', ''],
  ])('%s %s', (method, target) => {
    expect(find(method, target)).toBeUndefined();
  });

  test('a segment with a name of its own is never an id, whatever the method', () => {
    expect(find('GET', '/spaces/s/audiences/previews')).toBeUndefined();
  });
});
