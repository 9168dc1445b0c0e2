import { isObject, type JsonObject } from './records.ts';
import { type Start, type StartField, starts } from './starts.ts';

/*
 * The form that chooses what to open: one of the usual calls, or any tool with arguments in JSON.
 */

/** A tool of the server. */
export interface OfferedTool {
  name: string;
  title: string;
}

export interface Bar {
  form: HTMLFormElement;
  what: HTMLSelectElement;
  fields: HTMLElement;
}

/** Offers the tools that the server has. @param open opens one; its arguments are as the user gave them. */
export function fillBar(
  { form, what, fields }: Bar,
  tools: readonly OfferedTool[],
  open: (tool: string, args: JsonObject) => void,
): void {
  const known = starts.filter(({ tool }) => tools.some(({ name }) => name === tool));
  const usual = known.map(({ label }, index) => option(String(index), label));
  const others = document.createElement('optgroup');
  others.label = 'Any tool';
  others.append(...tools.map(({ name, title }) => option(name, title)));
  what.replaceChildren(...usual, others);
  const chosen = (): Start => known[Number(what.value)] ?? withJson(what.value);
  const show = () => fields.replaceChildren(...chosen().fields.map(labeled));
  what.addEventListener('change', show);
  show();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const start = chosen();
    const args = argumentsIn(new FormData(form), start);
    if (args) open(start.tool, args);
    else form.querySelector<HTMLTextAreaElement>('[name="*"]')?.reportValidity();
  });
}

/** The name of the field that holds all arguments. */
const allArguments = '*';

function withJson(tool: string): Start {
  const field = { name: allArguments, label: 'Arguments, in JSON', isLong: true };
  return { tool, label: tool, fields: [field] };
}

/** @returns undefined if the JSON is none; the field then says so. */
function argumentsIn(data: FormData, { fields }: Start): JsonObject | undefined {
  const [first] = fields;
  const text = (name: string) => String(data.get(name) ?? '');
  if (first?.name === allArguments) return objectOf(text(allArguments).trim() || '{}');
  const given = fields.map(({ name }) => [name, text(name)] as const);
  return Object.fromEntries(given.filter(([, value]) => value.trim() !== ''));
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function labeled({ name, label, required = false, isLong = false }: StartField): HTMLElement {
  const words = document.createElement('label');
  const field = document.createElement(isLong ? 'textarea' : 'input');
  field.name = name;
  field.required = required;
  field.spellcheck = false;
  field.setAttribute('autocomplete', 'off');
  if (name === allArguments) {
    field.addEventListener('input', () => {
      const isWrong = field.value.trim() !== '' && !objectOf(field.value);
      field.setCustomValidity(isWrong ? 'This is not an object in JSON.' : '');
    });
  }
  words.append(label, ' ', field);
  return words;
}

function option(value: string, words: string): HTMLOptionElement {
  const made = document.createElement('option');
  made.value = value;
  made.textContent = words;
  return made;
}
