# want error DF006
FROM debian:12.7
CMD ["/app"]
