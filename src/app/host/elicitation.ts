import { ask } from './dialog.ts';
import { type JsonObject, objectIn, textIn } from './records.ts';

/**
 * Puts a question of the server to the user (MCP's elicitation). A form with anything but one yes or no
 * is not shown.
 */
export async function elicit(question: JsonObject, withdrawn: AbortSignal): Promise<JsonObject> {
  const properties = Object.entries(objectIn(objectIn(question.requestedSchema).properties));
  const [field] = properties;
  if (!field || properties.length > 1 || objectIn(field[1]).type !== 'boolean') {
    return { action: 'cancel' };
  }
  const answer = await ask({
    title: 'Do you agree?',
    text: textIn(question.message) ?? '',
    yes: 'Yes, do this now',
    no: 'No',
    withdrawn,
  });
  switch (answer) {
    case 'yes':
      return { action: 'accept', content: { [field[0]]: true } };
    case 'no':
      return { action: 'decline' };
    case 'closed':
      return { action: 'cancel' };
  }
}
