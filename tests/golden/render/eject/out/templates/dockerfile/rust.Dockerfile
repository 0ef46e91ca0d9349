# syntax=docker/dockerfile:1.7
# Rendered by `slipway render` from slipway.yaml; `slipway render dockerfile` refreshes it.

# ── Stage 1: Build ────────────────────────────────────────────────────────────────────────────────
FROM rust:1.81.0-slim-bookworm AS builder
WORKDIR /app
# An empty program first: its build compiles the dependencies, and that layer outlives the source.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release --locked && rm -r src
COPY . .
RUN touch src/main.rs && cargo build --release --locked && \
    install -D "target/release/<%= s.name %>" /out/server

# ── Stage 2: Final (distroless) ───────────────────────────────────────────────────────────────────
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=builder /out/server /server

ARG VERSION=dev
ARG BUILD_TIME=unknown
ARG VCS_REF=unknown
LABEL org.opencontainers.image.source=<%= source | dockerfile %> \
      org.opencontainers.image.description=<%= s.image_description | dockerfile %> \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${VCS_REF}" \
      org.opencontainers.image.created="${BUILD_TIME}" \
      org.opencontainers.image.licenses="Apache-2.0"

USER 65532:65532
<% each s.port_list as port %>
EXPOSE <%= port.number %>
<% end %>
ENTRYPOINT ["/server"]
