# syntax=docker/dockerfile:1.7
# Rendered by `slipway render` from slipway.yaml; `slipway render dockerfile` refreshes it.

# ── Stage 1: Install dependencies ─────────────────────────────────────────────────────────────────
FROM python:3.12.7-slim-bookworm AS builder
WORKDIR /app
ENV PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --require-virtualenv -r requirements.txt

# ── Stage 2: Final ────────────────────────────────────────────────────────────────────────────────
FROM python:3.12.7-slim-bookworm
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=builder /venv /venv
COPY . .

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
ENTRYPOINT ["python", "-m", <%= s.module | json %>]
