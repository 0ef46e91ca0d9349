FROM alpine:3.20 AS fetch
RUN wget -qO- https://example.com/list | sort > /list
RUN --network=default \
    wget -qO- https://example.com/more \
      | sort > /more
RUN <<EOF
make list
wget -qO- https://example.com/list | sort > /list
EOF
RUN <<EOF
#!/bin/sh
make one
make two
EOF
RUN <<EOF
wget -qO- https://example.com/last | sort > /last
EOF
SHELL ["/bin/bash", "-c"]
RUN curl -fsS https://example.com/list | sort > /list

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=fetch /list /list
