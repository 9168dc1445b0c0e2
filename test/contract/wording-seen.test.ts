import { expect, test } from 'vitest';
import { proseInSource, wordingFile, wordsOf } from '../support/wording.ts';

/*
 * No sentence for users is without a snapshot, so that a change of its words is seen. The other snapshots
 * are read from their files: after an update of them, this test has to run once more.
 */

const driven = ['errors', 'operations', 'questions', 'advice'];

const folderReason = 'a part of a warning in the log';
/** Pieces of errors that no other test of the wording meets, each with the reason. */
const unmet: Record<string, string> = {
  'Nothing was changed. Call again in a few seconds.': 'test/segment/at-once.test.ts meets it',
  'Something between this server and Segment, such as a cache or a broken proxy, is mixing up responses: tell the user.':
    'the search for the create says what to do instead',
  ': this took so long that another write to this': 'needs a process that was stopped',
  'may have started.': 'a part of the same',
  'Call again in a few seconds: the user will be asked again.': 'test/http/server.test.ts meets it',
  'replicas must share a key': 'no user reads it',
  'its reader does not keep up': 'test/safety/audit-stream.test.ts meets it',
  'This Node.js has no zstd.': 'no user reads it',
  'no longer wanted': 'no user reads it',
  'bytes could be written': 'needs a full disk',
  'its key does not have': folderReason,
  'it is a link': folderReason,
  'it is not a folder': folderReason,
  'belongs to another user': folderReason,
  'is open to other users': folderReason,
};

const prose = proseInSource();

test('every error is met, but for those that are listed', () => {
  const seen = wordsOf(driven);
  const ofErrors = prose.filter(({ isOfError, text }) => isOfError && !seen.includes(text));
  expect(ofErrors.map(({ text }) => text).toSorted()).toEqual(Object.keys(unmet).toSorted());
});

test('what is in no other snapshot is in this one, as it stands in the source', async () => {
  const seen = wordsOf(driven);
  const byFile: Record<string, string[]> = {};
  for (const { file, text } of prose) {
    if (!seen.includes(text)) byFile[file] = [...(byFile[file] ?? []), text];
  }
  const parts = Object.entries(byFile).map(([file, texts]) => `${file}\n  ${texts.join('\n  ')}\n`);
  await expect(parts.join('\n')).toMatchFileSnapshot(wordingFile('other'));
});
