import { expect, test } from 'vitest';
import { bulkActions } from '../../src/safety/bulk-wish.ts';
import { editions } from '../../src/segment/editions/editions.ts';
import { AudiencesError } from '../../src/segment/errors.ts';
import {
  adviceAfterCreate,
  adviceAfterRead,
  adviceAfterRemove,
  adviceAfterUpdate,
  consequencesOfAll,
  recreate,
} from '../../src/tools/advice.ts';
import { adviceIfDisabled } from '../../src/tools/linked-audience.ts';
import { adviceOnDestinations } from '../../src/tools/list_audience_destinations.ts';
import { adviceOnQuota } from '../../src/tools/previews.ts';
import {
  adviceAfterCreateTrait,
  adviceAfterRemoveTrait,
  adviceAfterUpdateTrait,
} from '../../src/tools/trait-advice.ts';
import { audience } from '../support/in-memory.ts';
import { asFile, wordingFile } from '../support/wording.ts';

/*
 * The wording of what results advise.
 */

const dayMs = 24 * 60 * 60_000;
const disabledFor = (days: number) =>
  adviceIfDisabled(
    { id: 'a', enabled: false, updatedAt: '2026-01-01T00:00:00.000Z' },
    Date.parse('2026-01-01T00:00:00.000Z') + days * dayMs,
  );
const found = { destinations: [], total: 3, unseen: 2, complete: false };
const activationsError = new AudiencesError('forbidden', 'HTTP 403.', { next: 'Stop.' });
const quota = { leftThisMinute: 1, monthlyLimit: 700, isShared: true };

test('the wording of advice is seen', async () => {
  const texts: Record<string, string[] | undefined> = {
    'a lost create': adviceAfterCreate(true, 'v1'),
    'a lost create of a computed trait': adviceAfterCreateTrait(true),
    'a removal': adviceAfterRemove(audience()),
    'a removal of several': [recreate],
    'a removal of a computed trait': adviceAfterRemoveTrait(audience()),
    'an update of a computed trait': adviceAfterUpdateTrait(true),
    'disabled for a day': disabledFor(1),
    'disabled for 80 days': disabledFor(80),
    'disabled for 100 days': disabledFor(100),
    'no destination': adviceOnDestinations({ ...found, total: 0, unseen: 0 }),
    'hidden destinations': adviceOnDestinations({ ...found, activationsError }),
    'a hidden destination': adviceOnDestinations({ ...found, unseen: 1 }),
    'few previews left': adviceOnQuota({ ...quota, usedThisMonth: 690 }),
    'no previews left': adviceOnQuota({ ...quota, usedThisMonth: 700, isShared: false }),
  };
  for (const name of Object.keys(editions)) {
    texts[`an update in ${name}`] = adviceAfterUpdate(true, name === 'v1' ? 'v1' : 'v1alpha');
  }
  for (const status of ['Computing', 'Locked', 'Failed']) {
    texts[`status ${status}`] = adviceAfterRead(audience({ status }));
  }
  for (const action of bulkActions) {
    texts[`${action} several`] = [...consequencesOfAll(action, 2)];
    texts[`${action} one of several`] = [...consequencesOfAll(action, 1)];
  }
  const lines = Object.entries(texts).map(([title, advice = []]) => [title, advice.join('\n')]);
  await expect(asFile(Object.fromEntries(lines))).toMatchFileSnapshot(wordingFile('advice'));
});
