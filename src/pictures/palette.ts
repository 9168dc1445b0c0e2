import type { Tone } from './status.ts';

/*
 * The colors of all pictures. On their backgrounds, each has a contrast of at least 4.5 to 1 (WCAG 2.2,
 * 1.4.3).
 */

interface Palette extends Readonly<Record<Tone | 'missing', string>> {
  readonly page: string;
  readonly card: string;
  readonly border: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
}

export const light: Palette = {
  page: '#ffffff',
  card: '#f6f8fa',
  border: '#d1d9e0',
  text: '#1f2328',
  muted: '#59636e',
  line: '#818b98',
  live: '#1a7f37',
  computing: '#0969da',
  disabled: '#59636e',
  failed: '#cf222e',
  other: '#8250df',
  missing: '#9a6700',
};

export const dark: Palette = {
  page: '#0d1117',
  card: '#151b23',
  border: '#3d444d',
  text: '#f0f6fc',
  muted: '#9198a1',
  line: '#656c76',
  live: '#3fb950',
  computing: '#4493f8',
  disabled: '#9198a1',
  failed: '#f85149',
  other: '#ab7df8',
  missing: '#d29922',
};

/** A palette as custom properties of CSS, each named `--ag-` and what it is for. */
export function asProperties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, color]) => `--ag-${name}:${color}`)
    .join(';');
}
