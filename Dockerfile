# The app for production: docker build -t meltano-deploy .
# Node runs the .ts files as they are, so nothing is built: the first stage only installs the dependencies.

FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional dependency is a Node for machines whose own is too old: the image has one.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && mkdir data

FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
# An empty directory that the user of the process owns.
COPY --from=dependencies --chown=node:node /app/data /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE app.yml ./
COPY bin ./bin
COPY src ./src
USER node
EXPOSE 3000
VOLUME ["/data"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["bin/serve"]
CMD ["start"]
