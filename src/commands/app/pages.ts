import type { ServedPage } from '../../served-page.ts';

/*
 * What a browser gets: the page around the apps, and the document in which an app runs.
 */

/** Scripts, styles and requests of this origin only; frames, too, wherever an app tries to go. */
const hostPolicy = policy({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': 'data:',
  'connect-src': "'self'",
  'frame-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': "'none'",
});

/**
 * What the specification of MCP Apps (2026-01-26) prescribes for an app that declares no domains. There
 * is no 'self', because the origin of a sandboxed document serves nothing; and the sandbox is also here,
 * for whoever opens the document itself.
 */
const viewPolicy = policy({
  'default-src': "'none'",
  'script-src': "'unsafe-inline'",
  'style-src': "'unsafe-inline'",
  'img-src': 'data:',
  'media-src': 'data:',
  'connect-src': "'none'",
  'frame-src': "'none'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'self'",
  sandbox: 'allow-scripts',
});

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

const types = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** By path, the file of dist/host, and the policy of a document. */
const files = [
  { path: '/', name: 'index.html', type: types.html, policy: hostPolicy },
  { path: '/host.css', name: 'host.css', type: types.css, policy: hostPolicy },
  { path: '/host.js', name: 'host.js', type: types.js, policy: hostPolicy },
  { path: '/frame.html', name: 'frame.html', type: types.html, policy: viewPolicy },
];

/** @param read gives the content of a file. @throws what it throws. */
export function appPages(read: (name: string) => string | Uint8Array): ServedPage[] {
  return files.map(({ path, name, type, policy: csp }) => ({
    path,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': csp,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    },
    body: read(name),
  }));
}
