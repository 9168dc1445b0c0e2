import { codes, idIn, type MessageId, messageOf, RpcFailure, readMessage } from './messages.ts';
import { type JsonObject, objectIn, textIn } from './records.ts';

/*
 * The host's side of MCP Apps (specification of 2026-01-26): JSON-RPC over postMessage with a view in a
 * sandboxed frame.
 */

const viewProtocolVersion = '2026-01-26';

/** Served with the policy that a view must have. */
const frameUrl = '/frame.html';

/** How long a view may take to end. */
const teardownMs = 1000;
/** A taller view scrolls inside its frame. */
const maxHeightPx = 20_000;

/** What a view may ask of the page around it. */
export interface ViewRequests {
  callTool(name: string, args: JsonObject, signal: AbortSignal): Promise<unknown>;
  readResource(uri: string): Promise<unknown>;
  /** Opens an address for the user; false if they decline. */
  openLink(url: string): Promise<boolean>;
  /** Takes what the model is to know from now on, instead of what it was before. */
  updateModelContext(params: JsonObject): void;
  /** Takes a message in the user's name. */
  message(params: JsonObject): void;
}

export interface ViewOptions {
  html: string;
  /** The name and version of this host. */
  hostInfo: { name: string; version: string };
  /** What the view is shown for: the tool, theme, dimensions and so on. */
  context: JsonObject;
  requests: ViewRequests;
}

/** A view in a frame of its own. */
export class HostedView {
  readonly frame: HTMLIFrameElement;
  readonly #options: ViewOptions;
  /** The context may change before the view asks for it. */
  #context: JsonObject;
  #isLoaded = false;
  #isInitialized = false;
  /** What waits until the view can take it. */
  readonly #waiting: object[] = [];
  readonly #running = new Map<MessageId, AbortController>();
  #tornDown = () => {};
  readonly #listener = (event: MessageEvent<unknown>) => {
    if (event.source === this.frame.contentWindow) this.#take(event.data);
  };

  /** @param place where the frame is put. */
  constructor(place: Element, options: ViewOptions) {
    this.#options = options;
    this.#context = options.context;
    this.frame = document.createElement('iframe');
    this.frame.setAttribute('sandbox', 'allow-scripts');
    this.frame.title = 'App';
    addEventListener('message', this.#listener);
    this.frame.src = frameUrl;
    place.replaceChildren(this.frame);
  }

  /** The arguments of the call that the view is shown for. */
  toolInput(args: JsonObject): void {
    this.#notify('ui/notifications/tool-input', { arguments: args });
  }

  toolResult(result: JsonObject): void {
    this.#notify('ui/notifications/tool-result', result);
  }

  toolCancelled(reason: string): void {
    this.#notify('ui/notifications/tool-cancelled', { reason });
  }

  /** @param changed what is not as it was. */
  contextChanged(changed: JsonObject): void {
    this.#context = { ...this.#context, ...changed };
    if (this.#isInitialized) this.#notify('ui/notifications/host-context-changed', changed);
  }

  /** Lets the view end, and removes it. */
  async close(): Promise<void> {
    if (this.#isInitialized) {
      const ended = new Promise<void>((resolve) => {
        this.#tornDown = resolve;
        setTimeout(resolve, teardownMs);
      });
      const params = { reason: 'Something else is opened.' };
      this.#post({ id: 'teardown', method: 'ui/resource-teardown', params });
      await ended;
    }
    removeEventListener('message', this.#listener);
    for (const running of this.#running.values()) running.abort();
    this.frame.remove();
  }

  /** Sends a notification as soon as the view is initialized: before, it may get nothing. */
  #notify(method: string, params: JsonObject): void {
    if (this.#isInitialized) this.#post({ method, params });
    else this.#waiting.push({ method, params });
  }

  #post(message: object): void {
    // The origin of a sandboxed frame has no name.
    this.frame.contentWindow?.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }

  #take(data: unknown): void {
    const message = readMessage(data);
    switch (message?.kind) {
      case 'request':
        void this.#answer(message.id, message.method, message.params);
        return;
      case 'notification':
        this.#notice(message.method, message.params);
        return;
      case 'result':
      case 'error':
        if (message.id === 'teardown') this.#tornDown();
    }
  }

  #notice(method: string, params: JsonObject): void {
    switch (method) {
      case 'ui/notifications/sandbox-proxy-ready':
        // Only the frame's own document sends this, and only once: afterwards the view is there.
        if (this.#isLoaded) return;
        this.#isLoaded = true;
        this.#post({
          method: 'ui/notifications/sandbox-resource-ready',
          params: { html: this.#options.html },
        });
        return;
      case 'ui/notifications/initialized':
        this.#isInitialized = true;
        for (const waiting of this.#waiting.splice(0)) this.#post(waiting);
        return;
      case 'ui/notifications/size-changed':
        this.#resize(params.height);
        return;
      case 'notifications/cancelled': {
        const id = idIn(params.requestId);
        if (id !== undefined) this.#running.get(id)?.abort();
      }
    }
  }

  /** The width is the page's. */
  #resize(height: unknown): void {
    if (typeof height !== 'number' || !(height >= 0)) return;
    this.frame.style.height = `${Math.min(Math.ceil(height), maxHeightPx)}px`;
  }

  async #answer(id: MessageId, method: string, params: JsonObject): Promise<void> {
    const running = new AbortController();
    this.#running.set(id, running);
    try {
      this.#post({ id, result: await this.#resultOf(method, params, running.signal) });
    } catch (error) {
      const failure =
        error instanceof RpcFailure ? error : new RpcFailure(codes.failed, messageOf(error));
      // A cancelled request gets no answer.
      if (!running.signal.aborted) this.#post({ id, error: failure.toJSON() });
    } finally {
      this.#running.delete(id);
    }
  }

  async #resultOf(method: string, params: JsonObject, signal: AbortSignal): Promise<unknown> {
    const { requests, hostInfo } = this.#options;
    switch (method) {
      case 'ui/initialize':
        return {
          protocolVersion: viewProtocolVersion,
          hostCapabilities: {
            openLinks: {},
            serverTools: {},
            serverResources: {},
            updateModelContext: { text: {}, structuredContent: {} },
            message: { text: {} },
          },
          hostInfo,
          hostContext: this.#context,
        };
      case 'ping':
        return {};
      case 'tools/call':
        return requests.callTool(needed(params, 'name'), objectIn(params.arguments), signal);
      case 'resources/read':
        return requests.readResource(needed(params, 'uri'));
      case 'ui/open-link':
        if (await requests.openLink(linkIn(params))) return {};
        throw new RpcFailure(codes.failed, 'The user declined to open the link.');
      case 'ui/update-model-context':
        requests.updateModelContext(params);
        return {};
      case 'ui/message':
        requests.message(params);
        return {};
      case 'ui/request-display-mode':
        return { mode: this.#context.displayMode };
      default:
        throw new RpcFailure(codes.unknownMethod, `There is no method ${method} here.`);
    }
  }
}

function needed(params: JsonObject, name: string): string {
  const value = textIn(params[name]);
  if (value !== undefined) return value;
  throw new RpcFailure(codes.wrongParams, `The request needs a string as ${name}.`);
}

/** Only addresses of the web: others could start programs. */
function linkIn(params: JsonObject): string {
  const text = needed(params, 'url');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.href;
  throw new RpcFailure(codes.wrongParams, 'Only links of http and https can be opened.');
}
