FROM golang:1.23 AS build
RUN CGO_ENABLED=0 go build -o /app example.com/app
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /app /app
ENTRYPOINT ["/app"]
