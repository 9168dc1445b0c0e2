import { fillBar, type Offered } from './bar.ts';
import { ask } from './dialog.ts';
import { elicit } from './elicitation.ts';
import { HostedView } from './hosted-view.ts';
import { takeKey } from './key.ts';
import { McpClient, type Progress, viewType } from './mcp-client.ts';
import { codes, messageOf, RpcFailure } from './messages.ts';
import { isObject, type JsonObject, objectIn, objectsIn, textIn } from './records.ts';
import type { Start } from './starts.ts';
import { onSurroundingsChange, surroundingsOf } from './surroundings.ts';

/*
 * An ordinary web page as a host of MCP Apps: it calls tools of the server that it comes from, and
 * shows their apps. Nothing that anybody else wrote becomes markup here.
 */

const endpoint = '/mcp';
const hostInfo = { name: 'segment-audiences-mcp app', version: '1' };

const key = takeKey({ location, history, storage: sessionStorage });
const form = element('start', HTMLFormElement);
const what = element('what', HTMLSelectElement);
const fields = element('fields', HTMLElement);
const space = element('space', HTMLInputElement);
const questions = element('questions', HTMLSelectElement);
const status = element('status', HTMLElement);
const place = element('view', HTMLElement);

let client = connect();
let tools: readonly JsonObject[] = [];
let view: HostedView | undefined;
/** Aborted when something else is opened. */
let opening = new AbortController();

questions.addEventListener('change', () => {
  client = connect();
});
onSurroundingsChange(place, (changed) => view?.contextChanged(changed));
void begin();

function element<Kind extends HTMLElement>(id: string, kind: abstract new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${id}.`);
}

/** A new session: what a client can do is fixed when it begins. */
function connect(): McpClient {
  return new McpClient({
    url: endpoint,
    key,
    ...hostInfo,
    fetch: (input, init) => fetch(input, init),
    ask: questions.value === 'here' ? elicit : undefined,
  });
}

async function begin(): Promise<void> {
  say('Connecting…');
  let prompts: readonly JsonObject[];
  try {
    [tools, prompts] = [await allOf('tools'), await allOf('prompts')];
  } catch (error) {
    return say(messageOf(error));
  }
  say('Choose what to open.');
  const have = { tools: tools.map(offered), prompts: prompts.map(offered) };
  fillBar({ form, what, fields }, have, (start, args) => void open(start, args));
}

async function allOf(kind: 'tools' | 'prompts'): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  let cursor: unknown;
  do {
    const page = objectIn(await client.request(`${kind}/list`, cursor ? { cursor } : {}));
    found.push(...objectsIn(page[kind]));
    cursor = page.nextCursor;
  } while (cursor);
  return found;
}

function offered({ name, title }: JsonObject): Offered {
  const id = textIn(name) ?? '';
  return { name: id, title: textIn(title) ?? id };
}

/** Calls a tool, and shows its app if it has one; or shows what a prompt brings along. */
async function open({ kind, name }: Start, given: JsonObject): Promise<void> {
  opening.abort();
  opening = new AbortController();
  const { signal } = opening;
  const args = space.value.trim() === '' ? given : { spaceId: space.value.trim(), ...given };
  const last = view;
  view = undefined;
  await last?.close();
  if (signal.aborted) return;
  showText(undefined);
  showNote(undefined);
  if (kind === 'prompt') return showPrompt(name, args, signal);
  const tool = tools.find((each) => each.name === name) ?? {};
  const [shown, result] = await Promise.all([
    showView(tool, args, signal),
    call(name, args, signal),
  ]);
  if (signal.aborted) return;
  showText(result);
  if (result) shown?.toolResult(result);
  else if (shown) shown.toolCancelled('The server did not answer.');
  // The status says why there is no answer.
  else place.replaceChildren();
}

/** Shows the last message of a prompt, which is what it was read for. */
async function showPrompt(name: string, args: JsonObject, signal: AbortSignal): Promise<void> {
  say('Working…');
  place.replaceChildren();
  try {
    const params = { name, arguments: args };
    const { messages } = objectIn(await client.request('prompts/get', params, { signal }));
    const page = document.createElement('pre');
    page.textContent = textsIn(objectsIn(messages).at(-1)?.content).join('\n\n');
    place.replaceChildren(page);
    say('');
  } catch (error) {
    if (!signal.aborted) say(messageOf(error));
  }
}

/** @returns undefined if the tool has no app, or it can't be read. */
async function showView(
  tool: JsonObject,
  args: JsonObject,
  signal: AbortSignal,
): Promise<HostedView | undefined> {
  const uri = textIn(objectIn(objectIn(tool._meta).ui).resourceUri);
  const html = uri === undefined ? undefined : await viewAt(uri);
  if (signal.aborted) return undefined;
  if (html === undefined) {
    place.replaceChildren(paragraph('The server has no app for this tool: its answer is below.'));
    return undefined;
  }
  view = new HostedView(place, {
    html,
    hostInfo,
    context: { toolInfo: { tool }, ...surroundingsOf(place) },
    requests: {
      callTool: (name, given, cancelled) => callForView(name, given, cancelled),
      readResource: (wanted) => client.request('resources/read', { uri: wanted }),
      openLink,
      updateModelContext: showNote,
      message: showNote,
    },
  });
  view.toolInput(args);
  return view;
}

/** The HTML of a view; undefined if there is none. */
async function viewAt(uri: string): Promise<string | undefined> {
  try {
    const { contents } = objectIn(await client.request('resources/read', { uri }));
    const content = objectsIn(contents).find(({ mimeType }) => mimeType === viewType);
    return textIn(content?.text);
  } catch {
    return undefined;
  }
}

/** Calls a tool for the user. @returns undefined if there is no answer; the status says why. */
async function call(
  name: string,
  args: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  say('Working…');
  try {
    const result = await callTool(name, args, signal);
    say('');
    return objectIn(result);
  } catch (error) {
    if (!signal.aborted) say(messageOf(error));
    return undefined;
  }
}

/** Calls a tool for the view, which may call what `visibility` does not keep from it. */
async function callForView(name: string, args: JsonObject, signal: AbortSignal): Promise<unknown> {
  const tool = tools.find((each) => each.name === name);
  const { visibility } = objectIn(objectIn(tool?._meta).ui);
  const isKept = Array.isArray(visibility) && !visibility.includes('app');
  if (!tool || isKept) throw new RpcFailure(codes.wrongParams, `There is no tool ${name} here.`);
  try {
    const result = await callTool(name, args, signal);
    say('');
    return result;
  } catch (error) {
    say(messageOf(error));
    throw error;
  }
}

function callTool(name: string, args: JsonObject, signal: AbortSignal): Promise<unknown> {
  const params = { name, arguments: args };
  return client.request('tools/call', params, { signal, onProgress: showProgress });
}

function showProgress({ message, done, total }: Progress): void {
  const share = total === undefined ? String(done) : `${done} of ${total}`;
  say(message ?? share);
}

async function openLink(url: string): Promise<boolean> {
  const answer = await ask({
    title: 'Open this address?',
    text: url,
    yes: 'Open',
    no: 'No',
  });
  if (answer !== 'yes') return false;
  window.open(url, '_blank', 'noopener,noreferrer');
  return true;
}

function say(sentence: string): void {
  status.textContent = sentence;
}

/** Shows what a view tells the model, or says in the user's name. */
function showNote(params: JsonObject | undefined): void {
  const texts = params && [...textsIn(params.content), jsonIn(params.structuredContent)];
  element('note', HTMLElement).textContent = texts?.filter(Boolean).join('\n\n') ?? '';
  element('notes', HTMLElement).hidden = params === undefined;
}

/** Shows what a model reads of an answer. */
function showText(result: JsonObject | undefined): void {
  element('result', HTMLElement).textContent = textsIn(result?.content).join('\n\n');
  element('text', HTMLElement).hidden = result === undefined;
}

/** The text in the content of a result or message: a list of blocks, or one. */
function textsIn(content: unknown): string[] {
  const blocks = isObject(content) ? [content] : objectsIn(content);
  return blocks.flatMap(({ text }) => textIn(text) ?? []);
}

function jsonIn(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

function paragraph(words: string): HTMLParagraphElement {
  const made = document.createElement('p');
  made.textContent = words;
  return made;
}
