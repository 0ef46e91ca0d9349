FROM --platform=$BUILDPLATFORM golang:1.23 AS fixed
# want warning DF066
RUN CGO_ENABLED=0 GOARCH=amd64 go build -o /app example.com/app
FROM --platform=$BUILDPLATFORM golang:1.23 AS open
ARG TARGETARCH
RUN CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /app example.com/app
FROM scratch
COPY --from=fixed /app /fixed
COPY --from=open /app /open
USER 10001
