import { describe, expect, test } from 'vitest';
import {
  loginChallenge,
  resourceMetadata,
  resourceMetadataPaths,
  scopeChallenge,
} from '../../src/access/challenge.ts';
import { missingScope, scopeFor } from '../../src/access/scopes.ts';
import { tools } from '../../src/tools/registry.ts';

const publicUrl = 'https://mcp.example.com';
const metadata = `resource_metadata="${publicUrl}/.well-known/oauth-protected-resource/mcp"`;
const both = 'scope="audiences:read audiences:write"';

describe('how to log in', () => {
  test('is in the metadata of the resource, at both of its places', () => {
    expect(resourceMetadata({ publicUrl, issuer: 'https://login.example.com' })).toEqual({
      resource: 'https://mcp.example.com/mcp',
      authorization_servers: ['https://login.example.com'],
      scopes_supported: ['audiences:read', 'audiences:write'],
      bearer_methods_supported: ['header'],
    });
    expect(resourceMetadataPaths).toEqual([
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-protected-resource',
    ]);
  });

  test('is in the answer to a request without a token, which is not an error', () => {
    const fault = { fault: 'no_credentials' as const, message: 'This server needs credentials.' };
    expect(loginChallenge(fault, publicUrl)).toBe(
      `Bearer realm="segment-audiences-mcp", ${both}, ${metadata}`,
    );
    expect(loginChallenge(fault, undefined)).toBe('Bearer realm="segment-audiences-mcp"');
  });

  test('is in the answer to a request with a wrong token, with the error', () => {
    const fault = { fault: 'expired' as const, message: 'It "expired"\r\n\\ – yes.' };
    expect(loginChallenge(fault, publicUrl)).toBe(
      `Bearer realm="segment-audiences-mcp", error="invalid_token", error_description="It 'expired'''' ' yes.", ${both}, ${metadata}`,
    );
  });

  test('is in the answer to a call whose scope is missing, with both scopes', () => {
    const challenge = scopeChallenge(publicUrl);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain(both);
    expect(challenge).toContain(metadata);
  });
});

describe('the scope', () => {
  test.each(tools)('of $name is that of its hint, and no other does', (tool) => {
    const scope = scopeFor(tool);
    expect(scope).toBe(tool.hints.readOnlyHint ? 'audiences:read' : 'audiences:write');
    const other = scope === 'audiences:read' ? 'audiences:write' : 'audiences:read';
    expect(missingScope({ scopes: undefined }, tool)).toBeUndefined();
    expect(missingScope({ scopes: new Set([scope]) }, tool)).toBeUndefined();
    expect(missingScope({ scopes: new Set([other]) }, tool)).toBe(scope);
    expect(missingScope({ scopes: new Set() }, tool)).toBe(scope);
  });
});
