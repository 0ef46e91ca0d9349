FROM debian:12.7 AS strict
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN curl -fsS https://example.com/list | sort > /list
FROM debian:12.7
USER 10001
