import { describe, expect, test } from 'vitest';
import { type Media, mediaTypes, negotiate } from '../../src/sandbox/media.ts';
import { headersOf } from '../support/raw-http.ts';
import { audienceOf, definition, SandboxPerTest, space } from '../support/sandbox-per-test.ts';

/*
 * Which edition a request asks for, and gets.
 */

const all: readonly Media[] = ['v1', 'v1beta', 'v1alpha'];
const alphaOnly: readonly Media[] = ['v1alpha'];
const { v1, v1beta, v1alpha } = mediaTypes;
const plain = 'application/json';

const agree = (media: readonly Media[], accept?: string, contentType?: string) =>
  negotiate({
    media,
    takesPlainJson: true,
    headers: { accept, 'content-type': contentType },
    hasBody: contentType !== undefined,
  });

describe('Accept', () => {
  test.each([
    [`${v1}, ${plain}`, 'v1', v1],
    [`${v1beta}, ${plain}`, 'v1beta', v1beta],
    [`${v1alpha}, ${plain}`, 'v1alpha', v1alpha],
    [`${plain}, ${v1alpha}`, 'v1', plain],
    [`text/html, ${v1alpha}`, 'v1alpha', v1alpha],
    [`${v1.toUpperCase()}; q=0.9`, 'v1', v1],
    [plain, 'v1', plain],
    ['*/*', 'v1', plain],
    [undefined, 'v1', plain],
  ])('%j is answered as %s', (accept, media, contentType) => {
    expect(agree(all, accept)).toEqual({ media, contentType });
  });

  test('that names nothing known gets the most stable edition, noted as a leniency', () => {
    expect(agree(all, 'text/html')).toMatchObject({
      media: 'v1',
      note: 'text/html is not available here: answered as v1',
    });
  });

  test.each([v1, `${v1}, ${plain}`])(
    '%j on a path that is in alpha only is answered as v1alpha, noted as a leniency',
    (accept) => {
      expect(agree(alphaOnly, accept)).toEqual({
        media: 'v1alpha',
        contentType: plain,
        note: `${v1} is not available here: answered as v1alpha`,
      });
    },
  );
});

describe('the Content-Type of a body', () => {
  test.each([
    [v1, v1, 'v1'],
    [v1, plain, 'v1'],
    [v1alpha, plain, 'v1alpha'],
    [plain, plain, 'v1'],
    [plain, v1alpha, 'v1alpha'],
    [v1, `${v1beta}; charset=utf-8`, 'v1beta'],
  ])('Accept: %s with %s is read as %s', (accept, contentType, media) => {
    expect(agree(all, accept, contentType)).toMatchObject({ media });
  });

  test.each([
    ['text/plain', all],
    ['', all],
    [plain, alphaOnly],
  ])('%j is refused where there is %s', (contentType, media) => {
    expect(agree(media, v1alpha, contentType)).toEqual({
      problem: expect.stringContaining(`send Content-Type: ${v1alpha}`),
    });
  });
});

describe("today's edition over HTTP", () => {
  const bench = new SandboxPerTest({ edition: 'v1' });

  test.each([v1, v1beta, v1alpha, plain])('answers %s in the same type', async (accept) => {
    const answer = await bench.ask('GET', space, { headers: { ...headersOf('v1'), accept } });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe(accept);
  });

  test.each(['v1', 'v1beta'] as const)('takes a linked audience as %s', async (edition) => {
    const answer = await bench.create({}, headersOf(edition));
    expect(audienceOf(answer)).toMatchObject({ audienceType: 'USERS' });
    const linked = { name: 'L', audienceType: 'LINKED', definition: { query: linkedQuery } };
    expect((await bench.create(linked, headersOf(edition))).status).toBe(200);
  });

  test('what is refused before a type is agreed on is plain JSON', async () => {
    const { accept } = headersOf('v1');
    const answer = await bench.ask('GET', space, { headers: { accept } });
    expect([answer.status, answer.headers['content-type']]).toEqual([401, plain]);
  });

  test("the seed's body is refused over audienceType and definition.type, in any edition", async () => {
    for (const edition of all) {
      const body = { name: 'N', definition };
      const answer = await bench.ask('POST', space, { headers: headersOf(edition), body });
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual({
        errors: [
          {
            type: 'input-validation',
            message: '"audienceType" is required',
            field: 'audienceType',
          },
          {
            type: 'input-validation',
            message: '"definition.type" is not allowed',
            field: 'definition.type',
          },
        ],
      });
    }
  });
});

const linkedQuery = "entity('orders').count() >= 1";
