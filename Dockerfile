# Made by `npm run generate`; not to be edited.
#
# The server over stdio. `npm ci` makes the build that goes in:
#   npm ci && docker build -t segment-audiences-mcp .
#   docker run -i --rm -e SEGMENT_API_TOKEN -e SEGMENT_SPACE_ID segment-audiences-mcp
# Nothing is kept between runs unless SEGMENT_STATE_DIR and SEGMENT_AUDIT_LOG lead to a volume.

ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="segment-audiences-mcp" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
COPY dist/ dist/
USER 1000
ENTRYPOINT ["node", "/app/dist/main.js"]
