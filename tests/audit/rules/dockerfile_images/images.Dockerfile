# want error DF002
FROM debian AS one
# want error DF003
FROM debian:latest AS two
# want error DF002
FROM registry.example.com:5000/team/app AS three
FROM debian:12.7-slim AS fine
FROM debian@sha256:36e591f228bb9b99348f584e83f16e012c33ba5cad44ef5981a1d7c0a93eca22 AS pinned
FROM debian:latest@sha256:36e591f228bb9b99348f584e83f16e012c33ba5cad44ef5981a1d7c0a93eca22 AS both
FROM one AS staged
FROM scratch AS empty
# want warning DF065
FROM --platform=linux/amd64 debian:12.7-slim AS fixed
# want warning DF065
FROM --platform=$TARGETPLATFORM debian:12.7-slim AS redundant
FROM --platform=$BUILDPLATFORM debian:12.7-slim AS cross
FROM debian:12.7-slim
USER 10001
