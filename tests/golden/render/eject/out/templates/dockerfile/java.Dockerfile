# syntax=docker/dockerfile:1.7
# Rendered by `slipway render` from slipway.yaml; `slipway render dockerfile` refreshes it.

# ── Stage 1: Build ────────────────────────────────────────────────────────────────────────────────
FROM maven:3.9.9-eclipse-temurin-21 AS builder
WORKDIR /app
COPY pom.xml ./
RUN mvn -B -q dependency:go-offline
COPY src src
RUN mvn -B -q package -DskipTests && mkdir /out && cp target/*.jar /out/server.jar

# ── Stage 2: Final (distroless) ───────────────────────────────────────────────────────────────────
FROM gcr.io/distroless/java21-debian12:nonroot
COPY --from=builder /out/server.jar /server.jar

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
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "-jar", "/server.jar"]
