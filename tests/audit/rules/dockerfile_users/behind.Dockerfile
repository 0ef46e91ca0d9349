FROM debian:12.7
ENTRYPOINT ["/app"]
# want warning DF008
USER 10001
