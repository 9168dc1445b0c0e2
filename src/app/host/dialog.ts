/*
 * Questions to the user, one after the other.
 */

export interface Question {
  title: string;
  text: string;
  /** The words on the buttons. */
  yes: string;
  no: string;
  /** Aborted when the answer can no longer matter. */
  withdrawn?: AbortSignal;
}

export type Answer = 'yes' | 'no' | 'closed';

let last: Promise<unknown> = Promise.resolve();

/** Asks as soon as no other question is open. */
export function ask(question: Question): Promise<Answer> {
  const answer = last.then(() => show(question));
  last = answer;
  return answer;
}

function show({ title, text, yes, no, withdrawn }: Question): Promise<Answer> {
  if (withdrawn?.aborted) return Promise.resolve('closed');
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'question-title');
  dialog.setAttribute('aria-describedby', 'question-text');
  const heading = document.createElement('h2');
  heading.id = 'question-title';
  heading.textContent = title;
  const words = document.createElement('p');
  words.id = 'question-text';
  words.textContent = text;
  const form = document.createElement('form');
  form.method = 'dialog';
  form.append(button('no', no), button('yes', yes));
  dialog.append(heading, words, form);
  document.body.append(dialog);
  const close = () => dialog.close();
  withdrawn?.addEventListener('abort', close);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      withdrawn?.removeEventListener('abort', close);
      dialog.remove();
      const { returnValue } = dialog;
      resolve(returnValue === 'yes' || returnValue === 'no' ? returnValue : 'closed');
    });
  });
}

function button(value: 'yes' | 'no', words: string): HTMLButtonElement {
  const made = document.createElement('button');
  made.value = value;
  made.textContent = words;
  return made;
}
