FROM debian:12.7 AS base
HEALTHCHECK --timeout=3s CMD ["a"]
FROM base
CMD ["a"]
