# syntax=docker/dockerfile:1.7
# Rendered by `slipway render` from slipway.yaml; `slipway render dockerfile` refreshes it.
FROM node:20.18.0-alpine AS base
WORKDIR /app

# ── Stage 1: Install dependencies ─────────────────────────────────────────────────────────────────
FROM base AS deps
COPY package.json package-lock.json ./
RUN npm ci && mkdir -p node_modules

# ── Stage 2: Build ────────────────────────────────────────────────────────────────────────────────
FROM base AS builder
ENV NEXT_TELEMETRY_DISABLED=1
COPY --from=deps /app/node_modules ./node_modules
COPY . .
RUN npm run build

# ── Stage 3: Final (minimal runtime) ──────────────────────────────────────────────────────────────
FROM base AS runner
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1

RUN addgroup --system --gid 1001 nodejs && \
    adduser --system --uid 1001 --ingroup nodejs nextjs

COPY --from=builder /app/public ./public
COPY --from=builder --chown=1001:1001 /app/.next/standalone ./
COPY --from=builder --chown=1001:1001 /app/.next/static ./.next/static

ARG VERSION=dev
ARG BUILD_TIME=unknown
ARG VCS_REF=unknown
LABEL org.opencontainers.image.source=<%= source | dockerfile %> \
      org.opencontainers.image.description=<%= s.image_description | dockerfile %> \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${VCS_REF}" \
      org.opencontainers.image.created="${BUILD_TIME}" \
      org.opencontainers.image.licenses="Apache-2.0"

# A number, not a name: under runAsNonRoot the kubelet can't tell who a name is.
USER 1001:1001
<% each s.port_list as port %>
EXPOSE <%= port.number %>
<% end %>
<% if s.ports.http %>
ENV PORT=<%= s.ports.http %> HOSTNAME="0.0.0.0"
HEALTHCHECK --interval=<%= s.health.interval_seconds %>s --timeout=<%= s.health.timeout_seconds %>s --start-period=<%= s.health.start_period_seconds %>s --retries=<%= s.health.failures %> \
    CMD ["wget", "-q", "--spider", "http://127.0.0.1:<%= s.ports.http %>/"]
<% end %>
CMD ["node", "server.js"]
