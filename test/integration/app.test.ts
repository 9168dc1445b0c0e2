import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { start } from '../../src/sandbox/start.ts';
import { type AppHost, type AppHostOptions, methodsOf, openAppHost } from '../support/app-host.ts';
import { violationsIn } from '../support/axe.ts';
import { inChromium, launchChromium } from '../support/chromium.ts';
import { openHostPage } from '../support/host-page.ts';
import { hostileTexts } from '../support/hostile.ts';
import type { Answering } from '../support/in-memory.ts';
import { startLargeSpace } from '../support/large-space.ts';
import { type Session, startSession } from '../support/program.ts';

/*
 * The page of MCP Apps in a real browser, shown by a small host, with the built program behind it.
 */

const shop = ['--sandbox'];
const misspelt = "event('Shoes Bought').cuont() >= 1 AND trait('plan') = 'vip'";
const include = ['schedules', 'destinations', 'usedBy'];

/** The first audiences of the shop: one that others build on, and two more. */
const [bigSpenders, abandoners, lapsed] = ['aud_000000001', 'aud_000000002', 'aud_000000003'];

/** Opens the editor of the audience that is shown, and saves another definition. */
async function editDefinition({ app }: AppHost, query: string): Promise<void> {
  await app.getByRole('button', { name: 'Edit it here' }).click();
  await app.getByRole('textbox', { name: 'Definition' }).fill(query);
  await app.getByText('Valid', { exact: true }).waitFor();
  await app.getByRole('button', { name: 'Save' }).click();
}

describe.skipIf(inChromium.isSkipped)(`the app in a browser${inChromium.note}`, () => {
  let browser: Browser;
  let shared: Session;
  beforeAll(async () => {
    browser = await launchChromium();
    shared = await startSession(shop);
  });
  afterAll(async () => {
    await browser?.close();
    await shared?.close();
  });

  interface Scene extends AppHostOptions {
    /** Those of a program of the test's own, which may write; by default it shares one. */
    flags?: string[];
    answering?: Answering;
  }

  /** A host with a program of its own. At the end, nothing was loaded, and nothing went wrong. */
  async function scene({ flags, answering, ...options }: Scene = {}): Promise<AppHost> {
    const env: Record<string, string> =
      flags === undefined || flags === shop ? {} : { SEGMENT_API_TOKEN: 'sgp_token_for_tests' };
    const session = flags ? await startSession(flags, env, answering) : shared;
    const host = await openAppHost(browser, session.client, options);
    onTestFinished(async () => {
      await host[Symbol.asyncDispose]();
      if (session !== shared) await session.close();
      expect(host.requests).toEqual([]);
      expect(host.console).toEqual([]);
    });
    return host;
  }

  const names = ({ app }: AppHost) => app.locator('tbody th button').allTextContents();

  describe('the table', () => {
    test('is sorted by the tool, and the focus stays', async () => {
      const host = await scene();
      await host.show('find_audiences', { limit: 5 });
      expect(await names(host)).toHaveLength(5);
      const bySize = host.app.getByRole('button', { name: 'Size' });
      await bySize.focus();
      await host.page.keyboard.press('Enter');
      const sorted = host.app.locator('th[aria-sort=descending]');
      expect(await sorted.textContent()).toBe('Size ↓');
      // The arrow is for those who see it; to others the header says how it is sorted.
      expect(await host.app.getByRole('button', { name: 'Size', exact: true }).count()).toBe(1);
      const args = { limit: 5, offset: 0, sort: 'size', order: 'desc' };
      expect(host.calls).toEqual([{ tool: 'find_audiences', args }]);
      expect((await names(host))[0]).toBe('Big spenders');
      expect(await host.app.locator(':focus').getAttribute('id')).toBe('sort-size');
      const sizes = await host.app.locator('td.size > span:first-child').allTextContents();
      const widths = await host.inside(
        "[...document.querySelectorAll('.bar')].map(({ style }) => style.width)",
      );
      expect(widths).toEqual(
        sizes.map((size) => `${Math.round((100 * Number(size)) / Number(sizes[0]))}%`),
      );
      expect(sizes.map(Number)).toEqual(sizes.map(Number).toSorted((one, other) => other - one));
    });

    test('is filtered by the tool, as one types and chooses', async () => {
      const host = await scene();
      await host.show('find_audiences', { event: 'Order Completed' });
      await host.app.getByRole('searchbox').fill('lapsed');
      await host.app.locator('.lead', { hasText: '2 audiences' }).waitFor();
      expect(await names(host)).toEqual(['Big spenders who lapsed', 'Lapsed customers']);
      await host.app.getByLabel('Cadence').selectOption('BATCH');
      await host.called('find_audiences', 2);
      expect(host.calls.at(-1)?.args).toEqual({
        event: 'Order Completed',
        text: 'lapsed',
        cadence: 'BATCH',
        offset: 0,
      });
      await host.app.getByRole('button', { name: 'Remove the filter Event' }).click();
      await host.called('find_audiences', 3);
      expect(host.calls.at(-1)?.args).not.toHaveProperty('event');
      await host.app.getByRole('searchbox').fill('nothing has this name');
      await host.app.getByText('No audiences found.').waitFor();
    });

    test('is paged by the tool', async () => {
      const host = await scene();
      await host.show('find_audiences', { limit: 15 });
      const [first] = await names(host);
      await host.app.getByRole('button', { name: 'Next' }).click();
      await host.app.getByText('16–30 of 40').waitFor();
      await host.app.getByRole('button', { name: 'Next' }).click();
      await host.app.getByText('31–40 of 40').waitFor();
      expect(await names(host)).toHaveLength(10);
      await host.app.getByRole('button', { name: 'Previous' }).click();
      await host.app.getByText('16–30 of 40').waitFor();
      await host.app.getByRole('button', { name: 'Previous' }).click();
      await host.app.getByText('1–15 of 40').waitFor();
      expect((await names(host))[0]).toBe(first);
    });

    test('stays where it is if a page can’t be read, and asks once for two clicks', async () => {
      const host = await scene();
      await host.show('find_audiences', { limit: 15 });
      const next = host.app.getByRole('button', { name: 'Next' });
      await host.run('host.isGone = true');
      await next.click();
      await host.app.getByRole('alert').waitFor();
      expect(await host.app.getByText('1–15 of 40').count()).toBe(1);
      await host.run('host.isGone = false');
      await next.dblclick();
      await host.app.getByText('16–30 of 40').waitFor();
      expect(host.calls.map(({ args }) => args.offset)).toEqual([15]);
    });

    test('of a count has no pages before its rows are asked for', async () => {
      const host = await scene();
      await host.show('find_audiences', { countOnly: true });
      expect(await host.app.getByRole('navigation').count()).toBe(0);
      await host.app.getByRole('button', { name: 'Show them' }).click();
      await host.app.getByText('1–20 of 40').waitFor();
    });

    test('is there for a host with a language and a time zone that no browser knows', async () => {
      const host = await scene({ context: { locale: 'en_US', timeZone: 'Mars/Base' } });
      await host.show('find_audiences', { limit: 5 });
      expect(await names(host)).toHaveLength(5);
    });

    test('shows what list_audiences returned, by its cursors', async () => {
      const host = await scene();
      await host.show('list_audiences', { count: 25 });
      expect(await names(host)).toHaveLength(25);
      await host.app.getByRole('button', { name: 'Next' }).click();
      await host.called('list_audiences');
      await host.app.locator('tbody tr:nth-child(15):last-child').waitFor();
      await host.app.getByRole('button', { name: 'Changed' }).click();
      await host.app.locator('th[aria-sort=descending]').waitFor();
      expect(host.calls.at(-1)?.tool).toBe('find_audiences');
    });

    test('has as many of 10,000 audiences as one page shows, and of 1,000 rows the first 500', async () => {
      await using space = await startLargeSpace(10_000);
      const flags = ['--api-url', space.url, '--space', space.spaceId, '--edition', 'v1'];
      const host = await scene({ flags });
      await host.show('find_audiences', { limit: 200, sort: 'size', order: 'desc' });
      await host.app.getByText('10,000 audiences').waitFor();
      expect(await names(host)).toHaveLength(200);
      await host.app.getByRole('button', { name: 'Next' }).click();
      await host.app.getByText('201–400 of 10,000').waitFor();
      await host.show('list_audiences', { count: 1000 });
      await host.app.getByText('The first 500 of').waitFor();
      expect(await names(host)).toHaveLength(500);
    });
  });

  describe('the review of a space', () => {
    test('is read when the user asks for it, and leads to the audiences', async () => {
      const host = await scene();
      await host.show('find_audiences', { text: 'big' });
      expect(host.reads).toEqual([]);
      await host.app.getByRole('button', { name: 'Review this space' }).click();
      await host.app.getByRole('heading', { name: 'What deserves a look' }).waitFor();
      const findings = host.app.locator('.finding');
      await findings.first().waitFor();
      // The host was not told which space the default one is.
      expect(host.calls).toEqual([{ tool: 'get_audience', args: { id: expect.any(String) } }]);
      expect(host.reads).toEqual(['segment://spaces/spa_shop_production/overview']);
      await host.app.getByText('In spa_shop_production').waitFor();
      const disabled = findings.filter({ hasText: 'are disabled' });
      expect(await disabled.locator('p').textContent()).toMatch(/^Hint: 6 audiences are disabled/);
      await host.app.getByText('Destinations were looked up for').waitFor();
      expect(await violationsIn(host.page)).toEqual([]);
      const name = (await disabled.getByRole('button').first().textContent()) ?? '';
      await disabled.getByRole('button').first().click();
      await host.app.getByRole('heading', { name }).waitFor();
      await host.app.getByRole('button', { name: 'Back' }).click();
      await findings.first().waitFor();
      await host.app.getByRole('button', { name: 'Back' }).click();
      await host.app.getByRole('searchbox').waitFor();
    });

    test('can be tried again after an error, which says what the server says', async () => {
      const host = await scene();
      await host.show('find_audiences', { spaceId: 'spa_shop_staging' });
      await host.run('host.isGone = true');
      await host.app.getByRole('button', { name: 'Review this space' }).click();
      await host.app.getByRole('alert').filter({ hasText: 'The connection is closed.' }).waitFor();
      await host.run('host.isGone = false');
      await host.app.getByRole('button', { name: 'Try again' }).click();
      await host.app.locator('.finding').first().waitFor();
      expect(host.calls).toEqual([]);
    });

    test('finds nothing in a space in which there is nothing to find', async () => {
      const sandbox = await start({ seeds: { spa_1: [] } });
      onTestFinished(() => sandbox.close());
      const host = await scene({ flags: ['--api-url', sandbox.url, '--space', 'spa_1'] });
      await host.show('find_audiences', { spaceId: 'spa_1' });
      await host.app.getByRole('button', { name: 'Review this space' }).click();
      await host.app.getByText('Nothing was found.').waitFor();
    });

    test('is not offered where the host reads no resources', async () => {
      const host = await scene({ canRead: false });
      await host.show('find_audiences', {});
      expect(await host.app.getByRole('button', { name: 'Review' }).count()).toBe(0);
    });
  });

  describe('an audience', () => {
    test('is opened from the table, and a way leads back', async () => {
      const host = await scene();
      await host.show('find_audiences', { text: 'win back' });
      await host.app.getByRole('button', { name: 'VIPs to win back' }).click();
      await host.app.getByRole('heading', { name: 'VIPs to win back' }).waitFor();
      const lines = host.app.locator('pre.code', { has: host.page.locator('.keyword') });
      expect(await lines.textContent()).toBe(
        "trait('vip_members') = 'true'\nAND trait('lapsed_customers') = 'true'",
      );
      const [vips] = await Promise.all([
        host.app.getByRole('button', { name: 'VIP members' }).textContent(),
        host.app.getByRole('button', { name: 'Lapsed customers' }).waitFor(),
      ]);
      expect(vips).toBe('VIP members');
      await host.app.getByRole('button', { name: 'Back' }).click();
      await host.app.getByRole('button', { name: 'VIPs to win back' }).waitFor();
      expect(await host.app.locator(':focus').getAttribute('id')).toBe('heading');
    });

    test('shows who builds on it, level by level, where it is sent, and when', async () => {
      const host = await scene();
      await host.show('get_audience', { id: lapsed, include });
      await host.app.getByRole('button', { name: 'VIPs to win back' }).waitFor();
      await host.app.getByText('Braze (EU)').waitFor();
      await host.show('get_audience', { id: bigSpenders });
      await host.app.getByText('Built on it').click();
      await host.app.getByRole('button', { name: 'Berlin: big spenders' }).waitFor();
      expect(host.calls.at(-1)).toEqual({
        tool: 'find_audiences',
        args: { spaceId: 'spa_shop_production', audienceKey: 'big_spenders', limit: 200 },
      });
    });

    test.each(['hover', 'focus', 'tap'] as const)(
      'lights up what a part of the explanation means, on %s',
      async (way) => {
        const host = await scene();
        await host.show('get_audience', { id: abandoners });
        const part = host.app.getByRole('button', { name: 'in the last 7 days' }).first();
        await part.waitFor();
        if (way === 'hover') await part.hover();
        else if (way === 'focus') await part.focus();
        else await part.click();
        const lit = host.app.locator('.lit');
        expect((await lit.allTextContents()).join('')).toContain('within(7 days)');
        if (way === 'tap') expect(await part.getAttribute('aria-pressed')).toBe('true');
        await host.page.mouse.move(0, 0);
        await host.app.locator('h1').focus();
        const stays = (await lit.allTextContents()).join('');
        expect(stays.includes('within(7 days)')).toBe(way === 'tap');
        if (way !== 'tap') expect(stays).toBe('');
      },
    );
  });

  test('a part of the explanation is pinned and released with the keyboard', async () => {
    const host = await scene();
    await host.show('get_audience', { id: abandoners });
    const part = host.app.getByRole('button', { name: 'in the last 7 days' }).first();
    await part.focus();
    for (const [key, isPinned] of [
      ['Enter', true],
      [' ', false],
      [' ', true],
    ] as const) {
      await host.page.keyboard.press(key);
      expect(await part.getAttribute('aria-pressed')).toBe(`${isPinned}`);
    }
    await host.app.locator('h1').focus();
    expect((await host.app.locator('.lit').allTextContents()).join('')).toContain('within(7 days)');
  });

  describe('the query editor', () => {
    test('checks as one types, fixes a mistake on a click, and previews on demand', async () => {
      const host = await scene();
      await host.show('check_audience_query', { query: misspelt });
      await host.app.getByText('There is no function cuont.').waitFor();
      expect(await host.app.locator('.excerpt').textContent()).toBe(
        "hoes Bought').cuont() >= 1 AND tra\n              ^^^^^",
      );
      const field = host.app.getByRole('textbox', { name: 'Definition' });
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      await host.app.getByRole('button', { name: 'Preview the size' }).click({ force: true });
      expect(host.calls).toEqual([]);
      await host.app.getByRole('button', { name: 'Replace it with count' }).click();
      await host.app.getByText('Valid', { exact: true }).waitFor();
      const query = misspelt.replace('cuont', 'count');
      expect(await field.inputValue()).toBe(query);
      expect(await host.app.locator(':focus').getAttribute('id')).toBe('query');
      await host.app.getByText('Shoes Bought', { exact: true }).waitFor();
      await host.app.getByRole('button', { name: 'Preview the size' }).click();
      await host.app.getByText('Previews left').waitFor();
      expect(host.calls).toEqual([{ tool: 'preview_audience', args: { query } }]);
      expect(await host.app.locator('.preview').textContent()).toMatch(
        /(members?|still counting).*Previews left: \d+ of 700 this month, \d this minute\./,
      );
      await host.app.getByRole('button', { name: 'Share with the assistant' }).click();
      expect(await host.contexts(1)).toEqual([expect.stringContaining(query)]);
    });

    test('says whether the assistant knows the definition', async () => {
      const host = await scene();
      await host.show('check_audience_query', { query: misspelt });
      const share = host.app.getByRole('button', { name: 'Share with the assistant' });
      await host.run('host.isGone = true');
      await share.click();
      await host.app.getByText('This host passes nothing on to the assistant').waitFor();
      await host.run('host.isGone = false');
      await share.click();
      await host.app.getByText('The assistant knows this definition now.').waitFor();
    });

    test('checks what is typed', async () => {
      const host = await scene();
      await host.show('check_audience_query', { query: '' });
      await host.app.getByText('Write a definition.').waitFor();
      const field = host.app.getByRole('textbox', { name: 'Definition' });
      await field.pressSequentially("trait('plan') = 'vip'");
      await host.app.getByText('Valid', { exact: true }).waitFor();
      await field.pressSequentially(' AND');
      await host.app.getByText('1 to fix').waitFor();
      expect(host.calls).toEqual([]);
    });

    test('saves the definition of an audience, once the user agrees', async () => {
      const host = await scene({ flags: shop });
      await host.show('get_audience', { id: bigSpenders });
      await editDefinition(host, "trait('total_spend') > 900");
      await host.app.getByRole('heading', { name: 'Change the audience' }).waitFor();
      const cells = await host.app.locator('.compare td').allTextContents();
      expect(cells).toEqual(["trait('total_spend') > 500", "trait('total_spend') > 900"]);
      expect(await host.app.locator('del').textContent()).toBe('500');
      expect(await host.app.locator('ins').textContent()).toBe('900');
      await host.app.getByRole('button', { name: 'Yes, change' }).click();
      await host.app.getByText('Done: Update audience for space.').waitFor();
      expect(host.calls.map(({ tool }) => tool)).toEqual([
        'update_audience_for_space',
        'update_audience_for_space',
      ]);
      const [told] = await host.contexts(1);
      expect(told).toMatch(/They said yes, and update_audience_for_space was called\./);
      expect(told).toContain("trait('total_spend') > 900");
    });
  });

  describe('the agreement', () => {
    const ids = [bigSpenders, abandoners, lapsed];
    const bulk = { ids, action: 'disable' };

    test('to a bulk change shows every audience, and a yes carries it out', async () => {
      const host = await scene({ flags: shop });
      await host.show('change_audiences', bulk);
      await host.app.getByRole('heading', { name: 'Disable 3 audiences' }).waitFor();
      const members = await host.app.locator('.members li').allTextContents();
      expect(members).toHaveLength(3);
      expect(members[0]).toMatch(/^"Big spenders" \("aud_000000001"\)size \d+; used by: /);
      expect(host.calls).toEqual([]);
      await host.app.getByRole('button', { name: 'Yes, disable' }).click();
      await host.app.getByRole('heading', { name: 'Change audiences' }).waitFor();
      expect(host.calls).toEqual([
        { tool: 'change_audiences', args: { ...bulk, confirmation: expect.any(String) } },
      ]);
      expect(await host.app.locator('.lead').textContent()).toContain('Done 3');
      const [told] = await host.contexts(1);
      expect(told).toContain('They said yes');
      expect(told).toContain('"done":3');
    });

    test('refused, nothing is called, and the model is told so', async () => {
      const host = await scene();
      await host.show('remove_audience_from_space', { id: bigSpenders });
      await host.app.getByRole('button', { name: 'No, change nothing' }).click();
      await host.app.locator('.box', { hasText: 'You said no. Nothing was changed.' }).waitFor();
      const [told] = await host.contexts(1);
      expect(told).toMatch(
        /Delete the audience "Big spenders".*\nThey said no\. Nothing was called/,
      );
      expect(host.calls).toEqual([]);
      expect(await host.app.getByRole('button', { name: 'Yes' }).count()).toBe(0);
    });

    test('is sought again if the value is not valid anymore', async () => {
      const host = await scene({ flags: shop });
      await host.show('remove_audience_from_space', { id: bigSpenders });
      await host.run(
        `host.result({ isError: true, content: [{ type: 'text', text: host.pending.result.content[0].text.replace(/"confirmation":"[^"]+"/, '"confirmation":"forged"') }] })`,
      );
      await host.app.getByRole('button', { name: 'Yes, delete' }).click();
      await host.app.getByText('The confirmation was not issued here').waitFor();
      await host.app.getByRole('button', { name: 'Yes, delete' }).click();
      await host.app.getByText('Removed: Big spenders').waitFor();
    });

    test('to many goes on with those that one call did not get to', async () => {
      const host = await scene();
      await host.show('change_audiences', bulk);
      const results = [
        { id: bigSpenders, outcome: 'done' },
        { id: lapsed, outcome: 'not_tried' },
      ];
      const part = { action: 'disable', counts: { done: 1 }, results, continuation: 'the value' };
      await host.run(`host.result(${JSON.stringify({ content: [], structuredContent: part })})`);
      await host.app.getByRole('button', { name: 'Continue with 1 more' }).click();
      await host.called('change_audiences');
      expect(host.calls).toEqual([
        {
          tool: 'change_audiences',
          args: { action: 'disable', ids: [lapsed], confirmation: 'the value' },
        },
      ]);
    });

    test('is for the conversation if the host does not say what was called', async () => {
      const host = await scene({ isSilent: true });
      await host.show('change_audiences', bulk);
      await host.app.getByText('Answer in the conversation.').waitFor();
      expect(await host.app.getByRole('button', { name: 'Yes' }).count()).toBe(0);
    });

    test('is the host’s own question where the host asks its user', async () => {
      const questions: string[] = [];
      const host = await scene({
        flags: shop,
        answering(question) {
          questions.push(question);
          return { action: 'accept', content: { confirm: true } };
        },
      });
      await host.show('get_audience', { id: bigSpenders });
      await editDefinition(host, "trait('total_spend') > 900");
      await host.called('update_audience_for_space');
      await host.app.locator('h1', { hasText: 'Definition of' }).waitFor({ state: 'detached' });
      expect(questions).toEqual([expect.stringContaining('Change the audience "Big spenders"')]);
      expect(await host.app.getByText('Do you agree?').count()).toBe(0);
    });
  });

  test('hostile names are text, and nothing else', async () => {
    const texts = Object.values(hostileTexts).filter(
      (text) => text.trim() !== '' && text.length < 255,
    );
    const definition = { query: "trait('plan') = 'vip'", level: 'users' } as const;
    const seeds = texts.map((name, at) => ({
      name,
      definition,
      createdAt: Date.UTC(2026, 0, 1) + at,
    }));
    const sandbox = await start({ seeds: { spa_1: seeds } });
    onTestFinished(() => sandbox.close());
    const host = await scene({ flags: ['--api-url', sandbox.url, '--space', 'spa_1'] });
    await host.show('find_audiences', { limit: 200, sort: 'createdAt' });
    const shown = host.app.locator('tbody th button');
    expect(await shown.count()).toBe(texts.length);
    const tags = await host.inside(
      "[...new Set([...document.querySelectorAll('tbody th button *')].map(({ tagName }) => tagName))]",
    );
    expect(tags).toEqual(['BDI']);
    for (const text of await shown.allTextContents()) {
      expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u200b\u2028\u2029]/u);
    }
    expect(await host.app.locator('script:not(body > script), img, a').count()).toBe(0);
    const ids = z
      .array(z.string())
      .parse(
        await host.inside(
          "[...document.querySelectorAll('tbody th button')].map(({ id }) => id.replace('open-', ''))",
        ),
      );
    await host.show('change_audiences', { ids, action: 'disable' });
    expect(await host.app.locator('.members li').count()).toBe(texts.length);
    await host.show('remove_audience_from_space', { id: ids[0] });
    await host.app.getByRole('button', { name: 'Yes, delete' }).waitFor();
  });

  test('an audience with a blank name has one all the same, and names in Arabic turn nothing', async () => {
    const name = 'العملاء "VIP"';
    const about = { definition: { query: "trait('plan') = 'vip'", level: 'users' } } as const;
    const sandbox = await start({
      seeds: {
        spa_1: [
          { name, ...about, id: 'aud_1' },
          { name: ' ', ...about, id: 'aud_2' },
        ],
      },
    });
    onTestFinished(() => sandbox.close());
    const host = await scene({ flags: ['--api-url', sandbox.url, '--space', 'spa_1'] });
    await host.show('find_audiences', {});
    expect(await names(host)).toEqual(['Without a name', name]);
    expect(await violationsIn(host.page)).toEqual([]);
    await host.show('change_audiences', { ids: ['aud_1', 'aud_2'], action: 'remove' });
    const first = host.app.locator('.members b').first();
    expect(await first.innerHTML()).toMatch(/^"<bdi>العملاء .*<\/bdi>" \("<bdi>aud_1<\/bdi>"\)$/);
    expect(await host.inside("document.querySelectorAll('.members [dir=auto]').length")).toBe(0);
  });

  test('the theme and the colors of the host are taken on, and changed with it', async () => {
    const host = await scene();
    await host.show('find_audiences');
    const colors = () =>
      host.inside(
        '(({ backgroundColor, colorScheme }) => [backgroundColor, colorScheme])(getComputedStyle(document.body))',
      );
    expect(await colors()).toEqual(['rgb(255, 255, 255)', 'light']);
    await host.run("host.change({ theme: 'dark' })");
    await host.app.locator('html[style*="dark"]').waitFor();
    expect(await colors()).toEqual(['rgb(31, 31, 30)', 'dark']);
    await host.run(
      "host.change({ styles: { variables: { '--color-background-primary': 'rgb(1, 2, 3)' } } })",
    );
    await host.app.locator('html[style*="primary"]').waitFor();
    expect(await colors()).toEqual(['rgb(1, 2, 3)', 'dark']);
    expect(await names(host)).toHaveLength(20);
  });

  test('a server that has gone away is named, the rows stay, and it can be tried again', async () => {
    const host = await scene();
    await host.show('find_audiences', { limit: 5 });
    await host.run('host.isGone = true');
    await host.app.getByRole('button', { name: 'Size' }).click();
    const alert = host.app.getByRole('alert');
    expect(await alert.textContent()).toContain(
      'The server did not respond: The connection is closed.',
    );
    expect(await names(host)).toHaveLength(5);
    await host.run('host.isGone = false');
    await host.app.getByRole('button', { name: 'Try again' }).click();
    await alert.waitFor({ state: 'detached' });
    expect((await names(host))[0]).toBe('Big spenders');
  });

  test('waits, shows a cancellation, and answers its host', async () => {
    const host = await scene();
    await host.showPending('find_audiences');
    await host.app.getByText('Waiting for the server …').waitFor();
    await host.run(
      "host.notify('ui/notifications/tool-cancelled', { reason: 'the user stopped it' })",
    );
    await host.app.getByText('The call was cancelled: the user stopped it.').waitFor();
    expect(await host.run("host.ask('ping', {})")).toMatchObject({ result: {} });
    expect(await host.run("host.ask('tools/list', {})")).toMatchObject({ error: { code: -32601 } });
    expect(await host.run("host.ask('ui/resource-teardown', { reason: 'test' })")).toMatchObject({
      result: {},
    });
    expect((await methodsOf(host)).slice(0, 2)).toEqual([
      'ui/initialize',
      'ui/notifications/initialized',
    ]);
  });

  test('an error is shown with what to do about it', async () => {
    const host = await scene();
    await host.show('get_audience', { id: 'aud_none' });
    expect(await host.app.getByRole('alert').textContent()).toMatch(/^Not found/);
    await host.app.getByRole('button', { name: 'Try again' }).click();
    await host.called('get_audience');
    await host.show('create_audience', { name: 'New', query: 'nonsense(' });
    await host.app.getByRole('alert').waitFor();
    expect(await host.app.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  test('a dry run shows what would be sent', async () => {
    const host = await scene();
    await host.show('update_audience_for_space', {
      id: bigSpenders,
      name: 'Renamed',
      dryRun: true,
    });
    await host.app.getByText('Nothing was sent.').waitFor();
    expect(await host.app.locator('.compare td').allTextContents()).toEqual([
      'Big spenders',
      'Renamed',
    ]);
    const query = "trait('plan') = 'vip'";
    await host.show('create_audience', { name: 'New', query, type: 'users', dryRun: true });
    await host.app.getByText('Users whose plan is "vip".').waitFor();
  });

  const views: Record<string, [tool: string, args: Record<string, unknown>]> = {
    table: ['find_audiences', { event: 'Order Completed' }],
    audience: ['get_audience', { id: lapsed, include }],
    editor: ['check_audience_query', { query: misspelt }],
    valid: ['check_audience_query', { query: misspelt.replace('cuont', 'count') }],
    change: ['update_audience_for_space', { id: bigSpenders, query: "trait('plan') = 'vip'" }],
    bulk: ['change_audiences', { ids: [bigSpenders, lapsed], action: 'remove' }],
    error: ['get_audience', { id: 'aud_none' }],
    rehearsal: ['update_audience_for_space', { id: bigSpenders, name: 'B', dryRun: true }],
  };

  test.each(['light', 'dark'] as const)('axe finds nothing in the %s theme', async (theme) => {
    const host = await scene({ theme });
    for (const [view, [tool, args]] of Object.entries(views)) {
      await host.show(tool, args);
      if (view === 'editor') await host.app.getByText('There is no function').waitFor();
      if (view === 'valid') await host.app.getByText('Valid', { exact: true }).waitFor();
      expect([view, await violationsIn(host.page)]).toEqual([view, []]);
    }
  });

  test.each([320, 1280])('everything fits a page that is %i pixels wide', async (width) => {
    const host = await scene({ width });
    for (const [view, [tool, args]] of Object.entries(views)) {
      await host.show(tool, args);
      const widths = await host.inside(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      );
      expect([view, widths]).toEqual([view, [width, width]]);
    }
  });

  test('at 400% zoom, which leaves 320 by 256 pixels of 1280 by 1024, nothing is cut off or covered', async () => {
    const host = await scene({ width: 320, height: 256, scale: 4 });
    // A host may let the frame be only as tall as its window, so that the page scrolls in it.
    await host.run('host.maxHeight = 256');
    const found = async (view: string) => {
      const faults = await host.inside(`(() => {
        const faults = [];
        const { clientWidth, scrollWidth } = document.documentElement;
        if (scrollWidth > clientWidth) faults.push('the page scrolls sideways');
        const inner = (element) => element.parentElement.closest('.scroll');
        for (const element of document.querySelectorAll('main *')) {
          const name = element.outerHTML.slice(0, 120);
          const { left, right, width } = element.getBoundingClientRect();
          const isOut = width > 0 && (left < 0 || right > clientWidth);
          if (isOut && !inner(element)) faults.push('out of the page: ' + name);
          const { overflowX, position } = getComputedStyle(element);
          const isLarge = element.getBoundingClientRect().height > innerHeight / 4;
          if (position === 'sticky' && isLarge) faults.push('stays in front: ' + name);
          const isCut = ['hidden', 'clip'].includes(overflowX) && element.scrollWidth > element.clientWidth;
          if (isCut) faults.push('cut off: ' + name);
        }
        for (const element of document.querySelectorAll('button, input, select, textarea, summary, [tabindex="0"]')) {
          element.focus();
          if (document.activeElement !== element) continue;
          const { left, top, width, height } = element.getBoundingClientRect();
          const y = Math.min(top + height / 2, innerHeight - 1);
          const hit = document.elementFromPoint(left + width / 2, Math.max(1, y));
          const isSeen = hit && (element.contains(hit) || hit.contains(element) || element.classList.contains('part'));
          if (!isSeen) faults.push('covered: ' + element.outerHTML.slice(0, 120));
        }
        return faults;
      })()`);
      expect([view, faults]).toEqual([view, []]);
    };
    for (const [view, [tool, args]] of Object.entries(views)) {
      await host.show(tool, args);
      if (view === 'editor') await host.app.getByText('There is no function').waitFor();
      if (view === 'valid') await host.app.getByText('Valid', { exact: true }).waitFor();
      await found(view);
    }
    await host.show('find_audiences', {});
    await host.app.getByRole('button', { name: 'Review this space' }).click();
    await host.app.locator('.finding').first().waitFor();
    await found('review');
    expect(await host.run('[devicePixelRatio, innerWidth, innerHeight]')).toEqual([4, 320, 256]);
  });

  test('the frame grows and shrinks with what is shown', async () => {
    const host = await scene();
    const height = async () => {
      const sizes = await host.run('host.sizes.at(-1)?.height ?? 0');
      return Number(sizes);
    };
    await host.show('find_audiences', { limit: 30 });
    await host.page.waitForFunction('host.sizes.at(-1)?.height > 900');
    const tall = await height();
    await host.app.getByRole('searchbox').fill('win back');
    await host.page.waitForFunction(`host.sizes.at(-1)?.height < ${tall / 2}`);
    expect(await height()).toBeGreaterThan(100);
  });

  test('with forced colors, bars and marks are still there', async () => {
    const host = await scene();
    await host.page.emulateMedia({ forcedColors: 'active' });
    await host.show('find_audiences', { sort: 'size', order: 'desc' });
    const bar = "getComputedStyle(document.querySelector('.bar'))";
    expect(await host.inside(`${bar}.borderTopWidth`)).toBe('4px');
    expect(await host.inside(`${bar}.borderTopColor`)).not.toBe('rgba(0, 0, 0, 0)');
    expect(await violationsIn(host.page)).toEqual([]);
  });

  test('the command app reads the review of a space for it', async () => {
    await using host = await openHostPage(browser);
    await host.open('list_audiences', { count: 5 });
    const view = host.page.frameLocator('#view iframe');
    await view.getByRole('button', { name: 'Review this space' }).click();
    const disabled = view.locator('.finding', { hasText: 'are disabled' });
    await disabled.getByRole('button', { name: 'Summer sale 2025' }).click();
    await view.getByRole('heading', { name: 'Summer sale 2025' }).waitFor();
  });

  test('the command app shows it, too, and the question is the page’s own', async () => {
    await using host = await openHostPage(browser);
    await host.open('find_audiences', { sort: 'size', order: 'desc', limit: 5 });
    const view = host.page.frameLocator('#view iframe');
    await view.getByRole('button', { name: 'Big spenders' }).click();
    await view.getByRole('button', { name: 'Edit it here' }).click();
    await view.getByRole('textbox', { name: 'Definition' }).fill("trait('total_spend') > 900");
    await view.getByText('Valid', { exact: true }).waitFor();
    await view.getByRole('button', { name: 'Save' }).click();
    const dialog = host.page.getByRole('dialog');
    await dialog.getByText('Change the audience "Big spenders"').waitFor();
    const elsewhere = host
      .requested()
      .filter((url) => !url.startsWith(host.origin) && !url.startsWith('file:'));
    expect(elsewhere).toEqual([]);
  });
});
