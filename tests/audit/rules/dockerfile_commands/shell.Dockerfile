FROM scratch
USER 10001
# want error DF018
HEALTHCHECK --timeout=3s CMD /app health
# want error DF012
ENTRYPOINT /app
