import { bridgeOver, type Handlers } from './bridge.ts';
import { type Fields, fieldsOf, jsonOf, rowsOf, textOf } from './read.ts';
import { type Outcome, outcomeOf, problemOf } from './result.ts';
import { during } from './screen.ts';

/*
 * The server, which is reached through the host, and the host's model.
 */

const handlers: Record<string, Handlers[string]> = {
  ping: () => {},
  'ui/resource-teardown': () => {},
};

export const host = bridgeOver(
  {
    post: (message) => parent.postMessage(message, '*'),
    listen: (receive) =>
      addEventListener('message', ({ source, data }) => {
        if (source === parent) receive(data);
      }),
  },
  handlers,
);

/** The methods of notifications begin like this. */
export const notification = 'ui/notifications/';

/** From now on does this when the host sends such a notification. */
export function onNotification(name: string, handle: (params: Fields) => void): void {
  handlers[notification + name] = handle;
}

let offered: Fields = {};

/** Takes over what the host says that it can do. */
export function takeOffers(capabilities: Fields): void {
  offered = capabilities;
}

/** Whether the host reads resources for the page. */
export function canRead(): boolean {
  return Boolean(offered.serverResources);
}

/** Calls a tool of the server; a call that fails is a problem, too. */
export function call(name: string, args: Fields): Promise<Outcome> {
  // Without what is undefined.
  const params = { name, arguments: jsonOf(JSON.stringify(args)) };
  return during(host.request('tools/call', params).then(outcomeOf, problemOf));
}

/** Reads the text of a resource of the server. */
export function readText(uri: string): Promise<Outcome> {
  const read = host.request('resources/read', { uri }).then((result): Outcome => {
    const [content = {}] = rowsOf(fieldsOf(result).contents);
    return { kind: 'data', data: {}, text: textOf(content.text) ?? '' };
  }, problemOf);
  return during(read);
}

/** Tells the model what the user did here. @returns whether the host took it. */
export function report(text: string): Promise<boolean> {
  const params = { content: [{ type: 'text', text }] };
  return host.request('ui/update-model-context', params).then(
    () => true,
    () => false,
  );
}
