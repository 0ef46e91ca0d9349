# want info DF017
FROM debian:12.7
ARG PORT
# want error DF058
EXPOSE 70000
# want error DF058
EXPOSE 80:8080
# want error DF058
EXPOSE http
# want error DF058
EXPOSE 8080/sftp
# want error DF059
# want warning DF060
EXPOSE 22
# want warning DF060
EXPOSE 443/tcp
EXPOSE 8080 9000/udp 7000-7010/tcp $PORT
USER 10001
