/** The parameters of a query string, by name. */
export interface QueryString {
  parameters: Readonly<Record<string, string>>;
  /** What was read leniently. */
  note?: string;
}

const bracketed = /^(\w+)\[(\w+)\]$/;

/**
 * Parses what follows the question mark of a request target.
 *
 * @param takesBrackets whether to read `pagination[count]` as `pagination.count`. The documented
 * form is dotted, but Segment's own SDKs for TypeScript and Go send brackets.
 */
export function readQueryString(text: string, takesBrackets: boolean): QueryString {
  const given = [...new URLSearchParams(text)];
  if (!takesBrackets || !given.some(([name]) => bracketed.test(name))) {
    return { parameters: Object.fromEntries(given) };
  }
  const dotted = given.map(([name, value]) => [name.replace(bracketed, '$1.$2'), value]);
  const names = given.map(([name]) => name).filter((name) => bracketed.test(name));
  return {
    parameters: Object.fromEntries(dotted),
    note: `${names.join(', ')}: brackets read as dots; the documented form is dotted`,
  };
}
