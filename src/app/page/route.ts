import { agreementView } from './agreement.ts';
import type { App, View } from './app.ts';
import { audienceView } from './audience.ts';
import { editorView } from './editor.ts';
import { outcomeView } from './outcome.ts';
import { problemView } from './problem.ts';
import { type Fields, textOf } from './read.ts';
import { confirmationOf, type Outcome } from './result.ts';
import { tableView } from './table.ts';

/**
 * The view of a result.
 *
 * @param tool empty if the host does not say which was called; then the result shows it.
 */
export function viewOf(app: App, tool: string, args: Fields, outcome: Outcome): View {
  if (outcome.kind === 'problem') {
    const confirmation = confirmationOf(outcome);
    if (confirmation !== undefined) {
      return agreementView(app, tool || undefined, args, outcome, confirmation);
    }
    return problemView(app, tool, args, outcome);
  }
  const { data } = outcome;
  if (data.matches !== undefined) return tableView(app, 'find_audiences', args, data);
  if (data.audiences !== undefined) return tableView(app, 'list_audiences', args, data);
  if (data.previewId !== undefined) return editorView(app, queryOf(args, data), data);
  if (data.checked !== undefined) return editorView(app, args, {});
  const isThere = data.audience !== undefined && !tool.startsWith('remove_');
  if (isThere) return audienceView(app, tool, args, data);
  return outcomeView(app, tool, args, data);
}

/** A preview of an earlier call may have been looked at by its id alone. */
function queryOf(args: Fields, data: Fields): Fields {
  return textOf(args.query) === undefined ? { ...args, query: data.formatted } : args;
}
