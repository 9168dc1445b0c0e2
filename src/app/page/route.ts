import { agreementView } from './agreement.ts';
import { audienceView } from './audience.ts';
import { editorView } from './editor.ts';
import { outcomeView } from './outcome.ts';
import { problemView } from './problem.ts';
import { type Fields, textOf } from './read.ts';
import { confirmationOf, type Outcome } from './result.ts';
import type { View } from './screen.ts';
import { tableView } from './table.ts';

/**
 * The view of a result.
 *
 * @param tool empty if the host does not say which was called; then the result shows it.
 */
export function viewOf(tool: string, args: Fields, outcome: Outcome): View {
  if (outcome.kind === 'problem') {
    const confirmation = confirmationOf(outcome);
    return confirmation === undefined
      ? problemView(tool, args, outcome)
      : agreementView(tool, args, outcome.message, confirmation);
  }
  const { data } = outcome;
  if (data.matches !== undefined || data.audiences) return tableView(args, data);
  if (data.previewId) return editorView(queryOf(args, data), data);
  if (data.checked !== undefined) return editorView(args, {});
  if (data.audience && !tool.startsWith('remove_')) {
    return audienceView(tool, args, data);
  }
  return outcomeView(tool, args, data);
}

/** A preview of an earlier call may have been looked at by its id alone. */
function queryOf(args: Fields, data: Fields): Fields {
  return textOf(args.query) === undefined ? { ...args, query: data.formatted } : args;
}
