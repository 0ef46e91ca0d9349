FROM debian:12.7
USER 10001
# want error DF006
USER root
CMD ["/app"]
