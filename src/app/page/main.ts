import { type App, includable, type View } from './app.ts';
import { Bridge } from './bridge.ts';
import { button, faint, fill, h } from './dom.ts';
import { defined, type Fields, fieldsOf, textOf } from './read.ts';
import { outcomeOf, unreachable } from './result.ts';
import { viewOf } from './route.ts';
import { reportSize } from './size.ts';
import { takeOnTheme } from './theme.ts';
import { spaced } from './words.ts';

/*
 * The page that hosts show with the results of tools: MCP Apps, specification 2026-01-26. It calls
 * tools of its server through the host, and loads nothing.
 */

declare const APP_VERSION: string;

/** From which time on a call that is under way is mentioned. */
const longMs = 8000;

const root = document.getElementById('app') ?? document.body;
const back = button('Back', () => goBack(), { id: 'back', class: 'back' });
const heading = h('h1', { tabindex: -1, id: 'heading' });
const content = h('div', {});
const status = h('p', { class: 'says', role: 'status' });
root.append(h('header', {}, back, heading), content, status);

const views: View[] = [];
let underWay = 0;
let context: Fields = {};
let [tool, args]: [string, Fields] = ['', {}];

const bridge = new Bridge(
  {
    post: (message) => parent.postMessage(message, '*'),
    listen: (receive) =>
      addEventListener('message', ({ source, data }) => {
        if (source === parent) receive(data);
      }),
  },
  {
    requests: { ping: () => ({}), 'ui/resource-teardown': () => ({}) },
    notifications: {
      'ui/notifications/tool-input': (params) => {
        args = fieldsOf(params.arguments);
        wait();
      },
      'ui/notifications/tool-result': (params) => {
        only(app.viewOf(tool, args, outcomeOf(params)));
        root.dataset.shown = '';
      },
      'ui/notifications/tool-cancelled': ({ reason }) => {
        const why = textOf(reason);
        const text = `The call was cancelled${why === undefined ? '' : `: ${why}`}.`;
        only({ title: titleOf(), draw: () => faint(text) });
      },
      'ui/notifications/host-context-changed': take,
    },
  },
);

const app: App = {
  get locale() {
    return textOf(context.locale);
  },
  get timeZone() {
    return textOf(context.timeZone);
  },
  async call(name, given) {
    underWay += 1;
    root.setAttribute('aria-busy', 'true');
    const timer = setTimeout(() => app.say('Still waiting for the server …'), longMs);
    try {
      const params = { name, arguments: defined(given) };
      return outcomeOf(await bridge.request('tools/call', params));
    } catch (error) {
      return unreachable(error);
    } finally {
      clearTimeout(timer);
      underWay -= 1;
      root.setAttribute('aria-busy', String(underWay > 0));
      app.say('');
    }
  },
  async go(name, given) {
    app.open(viewOf(app, name, given, await app.call(name, given)));
  },
  openAudience: (spaceId, id) => app.go('get_audience', { spaceId, id, include: includable }),
  viewOf: (name, given, outcome) => viewOf(app, name, given, outcome),
  open(view) {
    views.push(view);
    show(view);
  },
  replace(old, view) {
    const place = views.indexOf(old);
    if (place < 0) return app.open(view);
    views[place] = view;
    if (place === views.length - 1) show(view);
  },
  redraw(view) {
    if (views.at(-1) === view) draw(view);
  },
  report(text) {
    const params = { content: [{ type: 'text', text }] };
    bridge.request('ui/update-model-context', params).catch(() => {});
  },
  say(text) {
    status.textContent = text;
  },
};

function show(view: View): void {
  draw(view);
  // Whoever opened it by key or ear goes on reading there; nobody is taken out of the conversation.
  if (document.hasFocus()) heading.focus({ preventScroll: true });
}

function draw({ title, draw: drawn }: View): void {
  back.hidden = views.length < 2;
  fill(heading, title);
  fill(content, drawn());
}

function goBack(): void {
  views.pop();
  const view = views.at(-1);
  if (view) show(view);
}

function titleOf(): string {
  return tool === '' ? 'Audiences' : spaced(tool);
}

function wait(): void {
  const text = 'Waiting for the server …';
  only({ title: titleOf(), draw: () => faint(text) });
}

/** Shows a view from which no way leads back. */
function only(view: View): void {
  views.length = 0;
  app.open(view);
}

/** Takes over what the host says about itself: all at first, later what has changed. */
function take(changed: Fields): void {
  context = { ...context, ...changed };
  takeOnTheme(changed);
  tool = textOf(fieldsOf(fieldsOf(context.toolInfo).tool).name) ?? '';
}

async function start(): Promise<void> {
  wait();
  const initialized = await bridge.request('ui/initialize', {
    protocolVersion: '2026-01-26',
    appInfo: { name: 'segment-audiences', version: APP_VERSION },
    appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
  });
  take(fieldsOf(fieldsOf(initialized).hostContext));
  bridge.notify('ui/notifications/initialized', {});
  reportSize(root, (size) => bridge.notify('ui/notifications/size-changed', { ...size }));
}

start().catch((error: unknown) => app.open(viewOf(app, '', {}, unreachable(error))));
