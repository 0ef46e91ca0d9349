FROM golang:1.23 AS build
# want warning DF069
RUN go build -o /app example.com/app
FROM golang:1.23-alpine AS alpine
RUN go build -o /app example.com/app
FROM golang:1.23 AS set
ENV CGO_ENABLED=0
RUN go build -o /app example.com/app
FROM golang:1.23 AS linked
RUN go build -ldflags '-extldflags "-static"' -o /app example.com/app
FROM scratch
COPY --from=build /app /a
COPY --from=alpine /app /b
COPY --from=set /app /c
COPY --from=linked /app /d
USER 10001
