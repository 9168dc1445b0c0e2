import axe from 'axe-core';
import type { Page } from 'playwright-core';
import * as z from 'zod';
import { frameOf } from './app-host.ts';

const violationsSchema = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }),
);

/** What axe finds wrong with the page in the frame: each rule, with the elements that break it. */
export async function violationsIn(page: Page): Promise<string[]> {
  const frame = frameOf(page);
  await frame.evaluate(`(() => { ${axe.source} })()`);
  const found = await frame.evaluate('axe.run(document).then(({ violations }) => violations)');
  return violationsSchema
    .parse(found)
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
