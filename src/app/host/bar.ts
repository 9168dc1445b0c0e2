import { isObject, type JsonObject } from './records.ts';
import { type Start, type StartField, starts } from './starts.ts';

/*
 * The form that chooses what to open: one of the usual calls, or any tool with arguments in JSON.
 */

/** A tool or a prompt of the server. */
export interface Offered {
  name: string;
  title: string;
}

export interface Bar {
  form: HTMLFormElement;
  what: HTMLSelectElement;
  fields: HTMLElement;
}

/** Offers what the server has. @param open opens it; the arguments are as the user gave them. */
export function fillBar(
  { form, what, fields }: Bar,
  { tools, prompts }: { tools: readonly Offered[]; prompts: readonly Offered[] },
  open: (start: Start, args: JsonObject) => void,
): void {
  const known = starts.filter(({ kind, name: wanted }) =>
    (kind === 'tool' ? tools : prompts).some(({ name }) => name === wanted),
  );
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
    if (args) open(start, args);
    else form.querySelector<HTMLTextAreaElement>('[name="*"]')?.reportValidity();
  });
}

/** The name of the field that holds all arguments. */
const allArguments = '*';

function withJson(name: string): Start {
  const field = { name: allArguments, label: 'Arguments, in JSON', isLong: true };
  return { kind: 'tool', name, label: name, fields: [field] };
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
