ARG NODE_IMAGE=node:24-bookworm-slim
# For --target distroless: an image that contains only /nodejs/bin/node.
ARG DISTROLESS_IMAGE=scratch

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json vite.config.ts vite.cli.config.ts ./
COPY src src
RUN npm run build

FROM ${NODE_IMAGE} AS slim
# One arena: the C library's other arenas keep freed memory.
ENV NODE_ENV=production LOG_FORMAT=json MKIO_PROXY_CAPTURE=off MALLOC_ARENA_MAX=1
LABEL org.opencontainers.image.title="mkio-proxy" \
  org.opencontainers.image.description="A local authenticating reverse proxy for MediaKind's MK.IO API" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="0.1.0"
WORKDIR /app
COPY package.json LICENSE ./
COPY config config
# The command line contains its packages.
COPY --from=build /app/dist/cli dist/cli
COPY --from=build /app/dist/page dist/page
USER 1000:1000
# 6546 callers, 6547 admin. Both listen on 127.0.0.1, which the containers of a pod share.
EXPOSE 6546 6547
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["node", "/app/dist/cli/main.js", "healthcheck"]
ENTRYPOINT ["node", "--max-semi-space-size=4", "/app/dist/cli/main.js"]
CMD ["start"]

FROM ${DISTROLESS_IMAGE} AS distroless
ENV NODE_ENV=production LOG_FORMAT=json MKIO_PROXY_CAPTURE=off MALLOC_ARENA_MAX=1
LABEL org.opencontainers.image.title="mkio-proxy" \
  org.opencontainers.image.description="A local authenticating reverse proxy for MediaKind's MK.IO API" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="0.1.0"
WORKDIR /app
COPY --from=slim /app /app
USER 1000:1000
EXPOSE 6546 6547
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/nodejs/bin/node", "/app/dist/cli/main.js", "healthcheck"]
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=4", "/app/dist/cli/main.js"]
CMD ["start"]

# The default target.
FROM slim
