import { routeBy } from './go.ts';
import { faint } from './parts.ts';
import { type Fields, fieldsOf, textOf } from './read.ts';
import { outcomeOf, problemOf } from './result.ts';
import { viewOf } from './route.ts';
import { open, openAlone, root } from './screen.ts';
import { host, notification, onNotification, takeOffers } from './server.ts';
import { reportSize } from './size.ts';
import { takeOnTheme } from './theme.ts';
import { spaced, writeLike } from './words.ts';

/*
 * The page that hosts show with the results of tools: MCP Apps, specification 2026-01-26. It calls
 * tools of its server through the host, and loads nothing.
 */

declare const APP_VERSION: string;

let context: Fields = {};
let [tool, args]: [string, Fields] = ['', {}];

/** Shows text in place of a result. */
function remark(text: string): void {
  openAlone({ title: tool === '' ? 'Audiences' : spaced(tool), draw: () => faint(text) });
}

function wait(): void {
  remark('Waiting for the server …');
}

/** Takes over what the host says about itself: all at first, later what has changed. */
function take(changed: Fields): void {
  context = { ...context, ...changed };
  takeOnTheme(changed);
  writeLike(context);
  tool = textOf(fieldsOf(fieldsOf(context.toolInfo).tool).name) ?? '';
}

async function start(): Promise<void> {
  wait();
  const initialized = fieldsOf(
    await host.request('ui/initialize', {
      protocolVersion: '2026-01-26',
      appInfo: { name: 'segment-audiences', version: APP_VERSION },
      appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
    }),
  );
  takeOffers(fieldsOf(initialized.hostCapabilities));
  take(fieldsOf(initialized.hostContext));
  host.notify(`${notification}initialized`, {});
  reportSize(root, (size) => host.notify(`${notification}size-changed`, size));
}

routeBy(viewOf);
onNotification('host-context-changed', take);
onNotification('tool-input', (params) => {
  args = fieldsOf(params.arguments);
  wait();
});
onNotification('tool-result', (params) => {
  openAlone(viewOf(tool, args, outcomeOf(params)));
  root.dataset.shown = '';
});
onNotification('tool-cancelled', ({ reason }) => {
  const why = textOf(reason);
  remark(`The call was cancelled${why === undefined ? '' : `: ${why}`}.`);
});
start().catch((error: unknown) => open(viewOf('', {}, problemOf(error))));
