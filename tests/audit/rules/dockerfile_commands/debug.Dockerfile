FROM gcr.io/distroless/base-debian12:debug-nonroot
HEALTHCHECK --timeout=3s CMD wget -q http://localhost/
ENTRYPOINT ["/app"]
