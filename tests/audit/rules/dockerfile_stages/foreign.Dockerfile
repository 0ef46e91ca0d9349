# syntax=edrevo/dockerfile-plus
FROM debian:12.7
INCLUDE+ Dockerfile.common
USER 10001
