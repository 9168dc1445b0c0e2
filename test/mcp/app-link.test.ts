import { expect, test } from 'vitest';
import { isShownInApp } from '../../src/tools/app-tools.ts';
import { tools } from '../../src/tools/registry.ts';
import { connect, fakeApi } from '../support/in-memory.ts';

/*
 * What a server says of its page, to every client: some that show pages do not declare that they do.
 */

const link = { ui: { resourceUri: 'ui://segment-audiences/app.html' } };

test('the extension is declared, and the page is a resource of its type', async () => {
  const client = await connect(fakeApi({}).api);
  expect(client.getServerCapabilities()?.extensions).toEqual({ 'io.modelcontextprotocol/ui': {} });
  const { resources } = await client.listResources();
  expect(resources.find(({ uri }) => uri === link.ui.resourceUri)).toMatchObject({
    mimeType: 'text/html;profile=mcp-app',
    _meta: { ui: { prefersBorder: true } },
  });
});

test('the tools with something to look at have the link, and no other', async () => {
  const client = await connect(fakeApi({}).api);
  const { tools: listed } = await client.listTools();
  expect(listed).toHaveLength(tools.length);
  const linked = listed.filter(({ _meta }) => _meta !== undefined);
  for (const { _meta } of linked) expect(_meta).toEqual(link);
  expect(linked.map(({ name }) => name).sort()).toEqual(
    [
      'find_audiences',
      'list_audiences',
      'get_audience',
      'preview_audience',
      'check_audience_query',
      'create_audience',
      'update_audience_for_space',
      'remove_audience_from_space',
      'change_audiences',
      'copy_audience',
      'set_audience_schedule',
      'remove_audience_schedule',
      'run_audience',
      'create_computed_trait',
      'update_computed_trait_for_space',
      'remove_computed_trait_from_space',
    ].sort(),
  );
  expect(tools.filter(({ hints }) => !hints.readOnlyHint).every(isShownInApp)).toBe(true);
});
