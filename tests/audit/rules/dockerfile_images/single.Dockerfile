FROM golang:1.23
WORKDIR /src
COPY main.go go.mod ./
# want warning DF009
RUN CGO_ENABLED=0 go build -o /app .
USER 10001
CMD ["/app"]
