FROM debian:12.7 AS base
USER 10001
FROM base
CMD ["/app"]
