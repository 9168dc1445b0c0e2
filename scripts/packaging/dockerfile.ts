import packageJson from '../../package.json' with { type: 'json' };
import type { Project } from '../project.ts';
import { addressesOf } from './addresses.ts';

/** The Dockerfile: the build in dist on a Node image, and nothing else. */
export function dockerfile(of: Project): string {
  const { name, version, license } = packageJson;
  const addresses = addressesOf(of);
  const labels = {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': license,
    ...(addresses
      ? {
          'org.opencontainers.image.source': addresses.page,
          'org.opencontainers.image.documentation': addresses.homepage,
          // The MCP registry takes it for the proof that the image belongs to the server.
          'io.modelcontextprotocol.server.name': addresses.mcpName,
        }
      : {}),
  };
  const lines = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `# Made by \`npm run generate\`; not to be edited.
#
# The server over stdio. \`npm ci\` makes the build that goes in:
#   npm ci && docker build -t ${name} .
#   docker run -i --rm -e SEGMENT_API_TOKEN -e SEGMENT_SPACE_ID ${name}
# Nothing is kept between runs unless SEGMENT_STATE_DIR and SEGMENT_AUDIT_LOG lead to a volume.

ARG NODE_IMAGE=node:24-slim
FROM \${NODE_IMAGE}
LABEL ${lines.join(' \\\n      ')}
ENV NODE_ENV=production
WORKDIR /app
COPY dist/ dist/
USER 1000
ENTRYPOINT ["node", "/app/dist/main.js"]
`;
}
