import { expect, test } from 'vitest';
import { headersOf } from '../support/raw-http.ts';
import { SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * Where an audience is sent, held against Segment's reference 73.2.0, tag Activations.
 */

const bench = new SandboxPerTest({
  edition: 'v1',
  seed: {
    spaces: [
      {
        id: 'spa_shop_production',
        audiences: [
          { name: 'Vips', audienceType: 'USERS', definition: { query: "trait('plan') = 'vip'" } },
          { name: 'Nowhere', audienceType: 'USERS', definition: { query: "trait('a') = 1" } },
        ],
        destinations: [
          {
            name: 'Braze (EU)',
            metadata: { id: 'md_1', slug: 'braze', name: 'Braze' },
            audiences: [
              {
                audience: 'vips',
                activations: [
                  { name: 'Welcome', type: 'Audience Entered' },
                  { name: 'Paused', type: 'Audience Exited', enabled: false },
                ],
              },
            ],
          },
          { enabled: false, audiences: [{ audience: 'vips' }] },
          {
            name: 'Secret',
            readable: false,
            audiences: [
              { audience: 'vips', activations: [{ name: 'Hidden', type: 'Audience Entered' }] },
            ],
          },
        ],
      },
    ],
  },
});
const headers = headersOf('v1alpha');
const ask = (path: string) => bench.ask('GET', `${space}/${path}`, { headers });
const vips = 'aud_000000001';

test('connections: what the token may not see is left out, yet counted', async () => {
  const answer = await ask(`${vips}/destination-connections?pagination.count=200`);
  const common = {
    id: expect.stringMatching(/^ii_/),
    destinationId: expect.any(String),
    sourceId: expect.any(String),
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
    settings: { apiKey: expect.stringMatching(/^secret-of-/) },
    idSyncConfiguration: [{ externalId: 'email', strategy: 'last' }],
  };
  expect(answer.body).toEqual({
    data: {
      connections: [
        {
          ...common,
          name: 'Braze (EU)',
          metadata: { id: 'md_1', slug: 'braze', name: 'Braze' },
          enabled: true,
        },
        // Some have neither a name nor metadata.
        { ...common, enabled: false },
      ],
      pagination: { current: 'MA==', totalEntries: 3 },
    },
  });
});

test('activations: all of them, by connection', async () => {
  const { body } = await ask(`${vips}/activations?pagination.count=200`);
  expect(body).toMatchObject({
    data: {
      activations: [
        {
          id: expect.stringMatching(/^act_/),
          enabled: true,
          workspaceId: expect.any(String),
          spaceId: 'spa_shop_production',
          audienceId: vips,
          activationType: 'Audience Entered',
          activationName: 'Welcome',
          personalization: { profile: { properties: [] }, entities: [] },
        },
        { activationName: 'Paused', enabled: false },
        { activationName: 'Hidden', connectionId: expect.stringMatching(/^ii_/) },
      ],
      pagination: { totalEntries: 3 },
    },
  });
});

test.each(['destination-connections', 'activations'])(
  '%s: the pagination is in the answer only if it was sent',
  async (list) => {
    const without = await ask(`${vips}/${list}`);
    expect(without.body.data).not.toHaveProperty('pagination');
    const first = await ask(`${vips}/${list}?pagination.count=1`);
    expect(first.body).toMatchObject({ data: { pagination: { next: 'MQ==' } } });
    expect((await ask(`${vips}/${list}?pagination.count=1001`)).status).toBe(422);
    expect((await ask(`aud_no/${list}`)).status).toBe(404);
  },
);

test('an audience that is sent nowhere', async () => {
  const { body } = await ask('aud_000000002/destination-connections?pagination.count=200');
  expect(body).toMatchObject({ data: { connections: [], pagination: { totalEntries: 0 } } });
});
