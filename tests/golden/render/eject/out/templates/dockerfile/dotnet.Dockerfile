# syntax=docker/dockerfile:1.7
# Rendered by `slipway render` from slipway.yaml; `slipway render dockerfile` refreshes it.

# ── Stage 1: Build ────────────────────────────────────────────────────────────────────────────────
FROM mcr.microsoft.com/dotnet/sdk:8.0.403-bookworm-slim AS builder
WORKDIR /app
COPY *.csproj ./
RUN dotnet restore
COPY . .
RUN dotnet publish --no-restore -c Release -o /out -p:AssemblyName=server -p:UseAppHost=false

# ── Stage 2: Final ────────────────────────────────────────────────────────────────────────────────
FROM mcr.microsoft.com/dotnet/aspnet:8.0.10-bookworm-slim
WORKDIR /app
COPY --from=builder /out ./

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
ENTRYPOINT ["dotnet", "server.dll"]
