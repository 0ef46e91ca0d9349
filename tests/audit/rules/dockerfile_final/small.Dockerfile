FROM debian:12.7-slim AS base
FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=base /etc/hostname /x
