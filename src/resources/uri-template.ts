import type { Asked } from './resource.ts';

/*
 * The part of URI templates (RFC 6570) that is used here: each segment of a path is fixed or one
 * variable.
 */

const variable = /^\{(\w+)\}$/;

/** The variables of a template, in their order. */
export function variablesIn(uriTemplate: string): string[] {
  return uriTemplate.split('/').flatMap((segment) => variable.exec(segment)?.[1] ?? []);
}

/** Which of a template's resources a URI names; undefined if it names none. */
export function askedFor(uriTemplate: string, uri: string): Asked | undefined {
  const [template, given] = [uriTemplate.split('/'), uri.split('/')];
  if (template.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [at, segment] of template.entries()) {
    const name = variable.exec(segment)?.[1];
    const text = given[at] ?? '';
    const value = name === undefined ? undefined : decoded(text);
    if (name === undefined ? segment !== text : !value) return undefined;
    if (name !== undefined && value !== undefined) values.set(name, value);
  }
  return { spaceId: values.get('spaceId') ?? '', id: values.get('id') ?? '' };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
