# want info DF017
FROM debian:12.7
RUN setcap cap_net_bind_service=+ep /usr/local/bin/server
EXPOSE 80
USER 10001
