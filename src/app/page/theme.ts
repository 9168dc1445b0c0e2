import { type Fields, fieldsOf, textOf } from './read.ts';

/**
 * Takes on the host's theme and the style variables that it passes. Its fonts are not loaded: the
 * page loads nothing.
 */
export function takeOnTheme({ theme, styles }: Fields): void {
  const { style } = document.documentElement;
  if (theme === 'light' || theme === 'dark') style.colorScheme = theme;
  for (const [variable, value] of Object.entries(fieldsOf(fieldsOf(styles).variables))) {
    if (variable.startsWith('--')) style.setProperty(variable, textOf(value) ?? null);
  }
}
