FROM debian:12.7
ENTRYPOINT ["gosu", "app", "/app"]
