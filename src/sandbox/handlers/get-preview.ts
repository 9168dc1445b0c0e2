import { notFound } from '../answers.ts';
import type { Handler } from '../operation.ts';
import type { Preview } from '../previews.ts';

/** @param view the preview in the response. */
export function getPreview(view: (preview: Preview) => object): Handler {
  return (request) => {
    const { previews } = request.space();
    request.query(() => {});
    const id = request.param('id');
    const found = previews.get(id);
    if (!found) throw notFound(`There is no preview ${id} in this space`);
    return { audiencePreview: view(found) };
  };
}
