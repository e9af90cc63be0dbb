ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev && rm dist/.tsbuildinfo

FROM ${NODE_IMAGE}
ENV NODE_ENV=production LOG_FORMAT=json
WORKDIR /app
COPY package.json LICENSE ./
COPY config config
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
# 6546 callers, 6547 admin. Both listen on 127.0.0.1, which the containers of a pod share.
EXPOSE 6546 6547
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["start"]
