FROM golang:1.23 AS build
FROM golang:1.23 AS lib
# want warning DF028
FROM golang:1.23 AS context
# want error DF027
FROM golang:1.23 AS BUILD
FROM debian:12.7 AS app
# want error DF026
COPY --from=app /a /b
# want error DF025
COPY --from=biuld /a /b
# want error DF025
COPY --from=later /a /b
# want error DF025
COPY --from=9 /a /b
# want warning DF024
COPY --from=build / /
COPY --from=lib /a /b
COPY --from=0 /a /b
COPY --from=nginx:1.27 /etc/nginx /etc/nginx
COPY --from=gcr.io/x/y /a /b
# want error DF025
RUN --mount=type=bind,from=bild,target=/x ls /x
RUN --mount=type=bind,from=build,target=/x ls /x
FROM debian:12.7 AS later
FROM scratch
COPY --from=later / /
USER 10001
