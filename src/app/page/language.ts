import type * as Language from '../language/entry.ts';

/*
 * The query language, which is compressed in the page and unpacked when first needed: so a table is
 * shown without it.
 */

declare global {
  interface Window {
    segmentLanguage?: typeof Language;
  }
}

let loading: Promise<typeof Language> | undefined;

/** @throws {Error} in a browser that can't unpack it. */
export function loadLanguage(): Promise<typeof Language> {
  loading ??= unpack();
  return loading;
}

async function unpack(): Promise<typeof Language> {
  const text = document.getElementById('language')?.textContent ?? '';
  const bytes = Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  // Hosts allow inline scripts, and no other way to run code.
  const script = document.createElement('script');
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  script.remove();
  if (!window.segmentLanguage) throw new Error('This browser did not run the query language.');
  return window.segmentLanguage;
}
