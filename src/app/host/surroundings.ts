import type { JsonObject } from './records.ts';

/*
 * What a view learns of this page: its colors and fonts, which are custom properties of style.css with
 * the names of the specification, and how much space there is.
 */

const shownVariable = /^--(?:color|font|border|shadow)-/;

const dark = matchMedia('(prefers-color-scheme: dark)');

/** The custom properties that style.css sets for the whole page. */
function variables(): JsonObject {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const names = rules
    .filter((rule) => rule instanceof CSSStyleRule)
    .filter(({ selectorText }) => selectorText === ':root')
    .flatMap(({ style }) => [...style])
    .filter((name) => shownVariable.test(name));
  const styles = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, styles.getPropertyValue(name).trim()]));
}

function theme(): 'dark' | 'light' {
  return dark.matches ? 'dark' : 'light';
}

/** The part of a view's context that is about its surroundings. @param place where its frame is. */
export function surroundingsOf(place: Element): JsonObject {
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return {
    theme: theme(),
    styles: { variables: variables() },
    displayMode: 'inline',
    availableDisplayModes: ['inline'],
    containerDimensions: { width: place.clientWidth },
    locale,
    timeZone,
    platform: 'web',
    deviceCapabilities: {
      touch: matchMedia('(any-pointer: coarse)').matches,
      hover: matchMedia('(any-hover: hover)').matches,
    },
  };
}

/** Tells what changes of it. */
export function onSurroundingsChange(place: Element, tell: (changed: JsonObject) => void): void {
  dark.addEventListener('change', () => tell({ theme: theme() }));
  let width = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    tell({ containerDimensions: { width } });
  }).observe(place);
}
