import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Input, OperationName } from '../../src/segment/contract.ts';
import { editions } from '../../src/segment/editions/editions.ts';
import type { EditionName } from '../../src/segment/editions/row.ts';
import { testCall } from '../support/call.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { segmentClient } from '../support/segment-client.ts';

/*
 * What goes over the wire for each operation, byte for byte, in both editions.
 */

interface Sent {
  line: string;
  accept: string | undefined;
  contentType: string | undefined;
  body: string;
}

let sent: Sent | undefined;
let server: Server;
let url = '';

/** What a path is about. */
function thingsFor(target = '') {
  if (target.includes('/computed-traits')) {
    return { computedTrait: { id: 'ct_1' }, computedTraits: [] };
  }
  if (target.includes('/previews')) return { audiencePreview: { id: 'prev 1' } };
  return { audience: { id: 'aud_1' }, audiences: [] };
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { method, url: target, headers } = request;
    sent = {
      line: `${method} ${target}`,
      accept: headers.accept,
      contentType: headers['content-type'],
      body: await text(request),
    };
    const schedules = { audienceSchedule: { id: 'sch_1' }, audienceSchedules: [] };
    const lists = { spaces: [], connections: [], activations: [], pagination: {} };
    const names = { events: [], eventProperties: [], traits: [], entityPaths: [] };
    const more = { entityProperties: [], run: { id: 'run_1' }, status: 'SUCCESS' };
    const places = { workspace: { id: 'wks_1' }, space: null };
    const data = { ...thingsFor(target), ...schedules, ...lists, ...names, ...more, ...places };
    response.end(JSON.stringify({ data }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  url = `http://127.0.0.1:${port}`;
});
afterAll(() => server.close());

const spaceId = 'spa 1;ä';
const space = '/spaces/spa%201%3B%C3%A4/audiences';
const schema = '/spaces/spa%201%3B%C3%A4';
const one = { spaceId, id: 'aud_1' };
const query = "event('Shoes Bought').count() >= 1";
const schedulesPath = `${space}/aud_1/schedules`;
const schedule = { ...one, scheduleId: 'sch_1' };
const traits = space.replace('/audiences', '/computed-traits');
const trait = { spaceId, id: 'ct_1' };
const minimal: Input<'create_audience'> = { spaceId, name: 'N', query, type: 'users' };
const full: Input<'create_audience'> = {
  ...minimal,
  type: 'accounts',
  description: 'Ä "D"',
  enabled: false,
  includeHistoricalData: true,
  includeAnonymousUsers: true,
};

type Row = {
  [Name in OperationName]: [
    what: string,
    name: Name,
    input: Input<Name>,
    line: string,
    bodies: Partial<Record<EditionName, string>>,
    /** For an operation that exists in alpha only. */
    mediaType?: string,
  ];
}[OperationName];

const alpha = 'application/vnd.segment.v1alpha+json';
const page = { ...one, count: 200, cursor: 'Mw==' };
const pageQuery = 'pagination.count=200&pagination.cursor=Mw%3D%3D';

const rows: Row[] = [
  [
    'the first page',
    'list_audiences',
    { spaceId, count: 50 },
    `GET ${space}?pagination.count=50`,
    { v1alpha: '', v1: '' },
  ],
  [
    'a further page',
    'list_audiences',
    { spaceId, count: 1, cursor: 'Mw==' },
    `GET ${space}?pagination.count=1&pagination.cursor=Mw%3D%3D`,
    { v1alpha: '', v1: '' },
  ],
  [
    'those whose key begins so',
    'list_audiences',
    { spaceId, count: 1, keyPrefix: 'vip_' },
    `GET ${space}?pagination.count=1&search.type=KEY&search.query=vip_`,
    { v1: '' },
  ],
  ['one', 'get_audience', one, `GET ${space}/aud_1`, { v1alpha: '', v1: '' }],
  ['one', 'remove_audience_from_space', one, `DELETE ${space}/aud_1`, { v1alpha: '', v1: '' }],
  [
    'what is required',
    'create_audience',
    minimal,
    `POST ${space}`,
    {
      v1alpha: `{"name":"N","definition":{"query":"${query}","type":"users"}}`,
      v1: `{"name":"N","audienceType":"USERS","definition":{"query":"${query}"}}`,
    },
  ],
  [
    'all that both editions have',
    'create_audience',
    full,
    `POST ${space}`,
    {
      v1alpha: `{"name":"N","description":"Ä \\"D\\"","enabled":false,"definition":{"query":"${query}","type":"accounts"},"options":{"includeHistoricalData":true,"includeAnonymousUsers":true}}`,
      v1: `{"name":"N","description":"Ä \\"D\\"","enabled":false,"audienceType":"ACCOUNTS","definition":{"query":"${query}"},"options":{"includeHistoricalData":true,"filterByExternalIds":["user_id","email","android.idfa","ios.idfa","anonymous_id"]}}`,
    },
  ],
  [
    'what only today has',
    'create_audience',
    {
      ...minimal,
      type: 'linked',
      targetEntity: 'owned-accounts',
      includeHistoricalData: true,
      backfillEventDataDays: 30,
      filterByExternalIds: ['user_id'],
      includeAnonymousUsers: true,
    },
    `POST ${space}`,
    {
      v1: `{"name":"N","audienceType":"LINKED","definition":{"query":"${query}","targetEntity":"owned-accounts"},"options":{"includeHistoricalData":true,"filterByExternalIds":["user_id","anonymous_id"],"backfillEventDataDays":30}}`,
    },
  ],
  [
    'one field',
    'update_audience_for_space',
    { ...one, enabled: false },
    `PATCH ${space}/aud_1`,
    { v1alpha: '{"enabled":false}', v1: '{"enabled":false}' },
  ],
  [
    'all that both editions have',
    'update_audience_for_space',
    { ...one, name: 'N', description: '', enabled: true, query, type: 'users' },
    `PATCH ${space}/aud_1`,
    {
      v1alpha: `{"name":"N","description":"","enabled":true,"definition":{"query":"${query}","type":"users"}}`,
      v1: `{"name":"N","description":"","enabled":true,"definition":{"query":"${query}"}}`,
    },
  ],
  [
    'what only today has',
    'update_audience_for_space',
    { ...one, options: { includeHistoricalData: true, filterByExternalIds: ['email'] } },
    `PATCH ${space}/aud_1`,
    { v1: '{"options":{"includeHistoricalData":true,"filterByExternalIds":["email"]}}' },
  ],
  [
    'what today has only as a list',
    'update_audience_for_space',
    { ...one, options: { filterByExternalIds: ['email'], includeAnonymousUsers: true } },
    `PATCH ${space}/aud_1`,
    { v1: '{"options":{"filterByExternalIds":["email","anonymous_id"]}}' },
  ],
  [
    'all',
    'list_audience_schedules_from_space_and_audience',
    one,
    `GET ${schedulesPath}`,
    { v1: '' },
  ],
  [
    'of an interval',
    'add_audience_schedule_to_audience',
    { ...one, schedule: { interval: '1h' } },
    `POST ${schedulesPath}`,
    { v1: '{"strategy":"PERIODIC","config":{"interval":"1h"}}' },
  ],
  [
    'of days',
    'update_audience_schedule_for_audience',
    { ...schedule, schedule: { days: [1], hours: [7, 19], timezone: 'Europe/Berlin' } },
    `PATCH ${schedulesPath}/sch_1`,
    {
      v1: '{"strategy":"SPECIFIC_DAYS","config":{"days":[1],"hours":[7,19],"timezone":"Europe/Berlin"}}',
    },
  ],
  [
    'one',
    'remove_audience_schedule_from_audience',
    schedule,
    `DELETE ${schedulesPath}/sch_1`,
    { v1: '' },
  ],
  ['one', 'force_execute_audience_run', one, `POST ${space}/aud_1/runs`, { v1: '' }],
  [
    'a page',
    'list_computed_traits',
    { spaceId, count: 50, cursor: 'b' },
    `GET ${traits}?pagination.count=50&pagination.cursor=b`,
    { v1alpha: '', v1: '' },
    alpha,
  ],
  ['one', 'get_computed_trait', trait, `GET ${traits}/ct_1`, { v1alpha: '', v1: '' }, alpha],
  [
    'everything',
    'create_computed_trait',
    {
      spaceId,
      name: 'N',
      query: "trait('a')",
      type: 'accounts',
      description: 'D',
      enabled: false,
      includeHistoricalData: true,
      includeAnonymousUsers: false,
      backfillDurationDays: 30,
    },
    `POST ${traits}`,
    both(
      `{"name":"N","description":"D","enabled":false,"definition":{"query":"trait('a')","type":"ACCOUNTS"},"options":{"includeHistoricalData":true,"includeAnonymousUsers":false,"backfillDurationDays":30}}`,
    ),
    alpha,
  ],
  [
    'everything',
    'update_computed_trait_for_space',
    { ...trait, name: 'N', description: '', enabled: true, query: "trait('a')", type: 'users' },
    `PATCH ${traits}/ct_1`,
    both(
      `{"name":"N","description":"","enabled":true,"definition":{"query":"trait('a')","type":"USERS"}}`,
    ),
    alpha,
  ],
  [
    'one',
    'remove_computed_trait_from_space',
    trait,
    `DELETE ${traits}/ct_1`,
    { v1alpha: '', v1: '' },
    alpha,
  ],
  [
    'a page',
    'list_audience_consumers_from_space_and_audience',
    page,
    `GET ${space}/aud_1/audience-references?${pageQuery}`,
    { v1: '' },
    alpha,
  ],
  [
    'a page',
    'list_destinations_from_audience',
    page,
    `GET ${space}/aud_1/destination-connections?${pageQuery}`,
    { v1: '' },
    alpha,
  ],
  [
    'a page',
    'list_activations_from_audience',
    page,
    `GET ${space}/aud_1/activations?${pageQuery}`,
    { v1: '' },
    alpha,
  ],
  ['the one of the token', 'get_workspace', {}, 'GET /', { v1: '' }],
  ['one', 'get_space', { spaceId }, 'GET /spaces/spa%201%3B%C3%A4', { v1: '' }, alpha],
  [
    'a page',
    'list_spaces',
    { count: 1000 },
    'GET /spaces?pagination.count=1000',
    { v1: '' },
    alpha,
  ],
  [
    'what is required',
    'create_audience_preview',
    { spaceId, query, type: 'users' },
    `POST ${space}/previews`,
    { v1: `{"audienceType":"USERS","definition":{"query":"${query}"}}` },
  ],
  [
    'all',
    'create_audience_preview',
    {
      spaceId,
      query,
      type: 'linked',
      targetEntity: 'orders',
      filterByExternalIds: ['email'],
      backfillEventDataDays: 30,
    },
    `POST ${space}/previews`,
    {
      v1: `{"audienceType":"LINKED","definition":{"query":"${query}","targetEntity":"orders"},"options":{"filterByExternalIds":["email"],"backfillEventDataDays":30}}`,
    },
  ],
  [
    'one',
    'get_audience_preview',
    { spaceId, id: 'prev 1' },
    `GET ${space}/previews/prev%201`,
    { v1: '' },
  ],
  [
    'a part of the name',
    'list_events',
    { spaceId, count: 50, search: 'a b' },
    `GET ${schema}/events?pagination.count=50&search=a+b`,
    { v1: '' },
    alpha,
  ],
  [
    'with values, of a name with a slash',
    'list_properties_from_event',
    { spaceId, count: 50, event: 'Checkout/Started', samplesCount: 10 },
    `GET ${schema}/events/Checkout%2FStarted/properties?pagination.count=50&includeSampleValues=true&samplesCount=10`,
    { v1: '' },
    alpha,
  ],
  [
    'of accounts',
    'list_traits',
    { spaceId, count: 50, collection: 'accounts' },
    `GET ${schema}/traits?pagination.count=50&collection=accounts`,
    { v1: '' },
    alpha,
  ],
  [
    'all',
    'list_entity_paths',
    { spaceId, count: 1000 },
    `GET ${schema}/entity-paths?pagination.count=1000`,
    { v1: '' },
    alpha,
  ],
  [
    'all',
    'list_properties_from_entity',
    { spaceId, count: 50, entity: 'order' },
    `GET ${schema}/entities/order/properties?pagination.count=50`,
    { v1: '' },
    alpha,
  ],
];

/** The same body in both editions. */
function both(body: string): Record<EditionName, string> {
  return { v1alpha: body, v1: body };
}

describe.each(['v1alpha', 'v1'] as const)('edition %s', (edition) => {
  const ofEdition = `application/vnd.segment.${edition}+json`;

  test('every operation of the edition is in the table', () => {
    const shown = rows.flatMap(([, name, , , bodies]) => (edition in bodies ? [name] : []));
    expect(new Set<string>(shown)).toEqual(new Set(Object.keys(editions[edition].rows)));
  });

  test.each(rows)('%s: %s', async (_, name, input, line, bodies, mediaType = ofEdition) => {
    const body = bodies[edition];
    const client = segmentClient(url, new ManualClock(), { edition });
    sent = undefined;
    const sending = client.send(name, input, testCall());
    if (body === undefined) {
      await expect(sending).rejects.toMatchObject({ code: 'unsupported' });
      expect(sent).toBeUndefined();
    } else {
      await sending;
      expect(sent).toEqual({
        line,
        accept: `${mediaType}, application/json`,
        contentType: body === '' ? undefined : mediaType,
        body,
      });
    }
    await client.close();
  });
});
