ARG NODE_VERSION=22.9
ARG DEBIAN_VERSION=12.7
FROM node:${NODE_VERSION}-slim AS node
# the image sets it itself
RUN echo "$NODE_VERSION"
FROM debian:${DEBIAN_VERSION}
# want error DF062
RUN echo "$DEBIAN_VERSION"
# want error DF062
RUN echo "$NODE_VERSION"
COPY --from=node /a /b
USER 10001
