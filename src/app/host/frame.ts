/*
 * The document in which a view runs: it is served with the view's Content-Security-Policy, in an origin
 * that nothing shares, and becomes the view that the host sends. Afterwards nothing of this script is
 * left: opening a document removes its listeners.
 */

const ready = 'ui/notifications/sandbox-proxy-ready';
const resource = 'ui/notifications/sandbox-resource-ready';

addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
  if (source !== parent) return;
  const html = htmlIn(data);
  if (html === undefined) return;
  document.open();
  document.write(html);
  document.close();
});
parent.postMessage({ jsonrpc: '2.0', method: ready, params: {} }, '*');

function htmlIn(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if (!('method' in data) || data.method !== resource || !('params' in data)) return undefined;
  const { params } = data;
  if (typeof params !== 'object' || params === null || !('html' in params)) return undefined;
  return typeof params.html === 'string' ? params.html : undefined;
}
