# syntax=docker/dockerfile:1.7
# Rendered by `slipway render` from slipway.yaml; `slipway render dockerfile` refreshes it.
# docker build -f <%= s.dockerfile %> .     (the context is the repository: a service is built with lib/ and chassis/)

# ── Stage 1: Build ────────────────────────────────────────────────────────────────────────────────
FROM debian:bookworm-20240926-slim AS builder
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /src

# The build's packages before its source: this layer changes with their list alone.
COPY tools/packages.txt tools/install_packages.sh tools/
RUN tools/install_packages.sh build && rm -rf /var/lib/apt/lists/*

# What every service stands on, then the service: a change of another one keeps all of this.
COPY meson.build meson_options.txt ./
COPY tools/embed_files.py tools/embed_migrations.py tools/
COPY lib lib
COPY chassis chassis
COPY proto proto
COPY <%= s.path %> <%= s.path %>
# Paths of the build folder stay out of the binary, so the same source gives the same bytes.
ARG SOURCE_DATE_EPOCH=0
ARG BUILD_TIME=unknown
ARG VCS_REF=unknown
RUN export SOURCE_DATE_EPOCH BUILD_TIME VCS_REF CFLAGS="-ffile-prefix-map=/src=." && \
    meson setup /build --buildtype=release -Db_pie=true -Db_lto=true -Dservice=<%= s.path %> && \
    ninja -C /build <%= s.path %>/<%= s.workload %> && \
    install -D --strip /build/<%= s.path %>/<%= s.workload %> /out/server

# What it links to beyond what the final image has, the same for every service: one shared layer.
RUN libraries="/libraries/usr/lib/$(gcc -print-multiarch)" && mkdir -p "$libraries" && \
    ldd /out/server | awk '$3 ~ "^/" { print $3 }' | \
    grep -Ev '/(libc|libm|libdl|librt|libpthread|libresolv|libgcc_s|libstdc\+\+|libgomp|libssl|libcrypto)\.so' | \
    sort | xargs -r cp --dereference --target-directory="$libraries" && \
    find /libraries /out -exec touch --date="@${SOURCE_DATE_EPOCH}" {} +

# ── Stage 2: Final (distroless) ───────────────────────────────────────────────────────────────────
# The tag moves with Debian's security updates; the deploy pins what was built by its own digest.
FROM gcr.io/distroless/cc-debian12:nonroot

# No shell, no package manager: libraries and one program.
COPY --from=builder /libraries/ /
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

# A number, not a name: under runAsNonRoot the kubelet can't tell who a name is.
USER 65532:65532
<% each s.port_list as port %>
EXPOSE <%= port.number %>
<% end %>
<% if s.health.ready %>
HEALTHCHECK --interval=<%= s.health.interval_seconds %>s --timeout=<%= s.health.timeout_seconds %>s --start-period=<%= s.health.start_period_seconds %>s --retries=<%= s.health.failures %> \
    CMD ["/server", "--healthcheck"]
<% end %>
ENTRYPOINT ["/server"]
