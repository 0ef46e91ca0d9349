FROM alpine:3.20 AS fetch
RUN set -o pipefail && wget -qO- https://example.com/list | sort > /list
RUN --network=default \
    set -o pipefail && wget -qO- https://example.com/more \
      | sort > /more
RUN <<EOF
set -o pipefail
set -e
make list
wget -qO- https://example.com/list | sort > /list
EOF
RUN <<EOF
#!/bin/sh
set -e
make one
make two
EOF
RUN <<EOF
set -eo pipefail
wget -qO- https://example.com/last | sort > /last
EOF
SHELL ["/bin/bash", "-c"]
RUN set -o pipefail && curl -fsS https://example.com/list | sort > /list

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=fetch /list /list
