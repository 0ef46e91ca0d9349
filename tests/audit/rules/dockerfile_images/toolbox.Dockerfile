FROM golang:1.23
# an image that only holds tools has nothing that runs
RUN go install golang.org/x/tools/cmd/goimports@v0.25.0
USER 10001
