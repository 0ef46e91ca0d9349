FROM gcr.io/distroless/base-debian12:nonroot
# want error DF018
HEALTHCHECK --timeout=3s CMD ["wget", "-q", "http://localhost/"]
ENTRYPOINT ["/app"]
