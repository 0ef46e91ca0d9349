FROM golang:1.23 AS build
RUN CGO_ENABLED=0 go build -o /app example.com/app
# want error DF006
# want warning DF011
FROM gcr.io/distroless/static-debian12:latest@sha256:36e591f228bb9b99348f584e83f16e012c33ba5cad44ef5981a1d7c0a93eca22
COPY --from=build /app /app
ENTRYPOINT ["/app"]
