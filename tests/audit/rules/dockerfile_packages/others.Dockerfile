FROM alpine:3.20 AS alpine
# want info DF048
RUN apk add curl
RUN apk add --no-cache curl && apk add -U --no-cache git
RUN apk add curl && rm -rf /var/cache/apk/*
RUN --mount=type=cache,target=/var/cache/apk apk add curl
# want error DF054
RUN apk add --no-cache --allow-untrusted /tmp/x.apk
FROM fedora:40
# want warning DF039
# want info DF050
RUN dnf install curl
RUN dnf -y install curl && dnf clean all
RUN dnf install -y curl && rm -rf /var/cache/dnf
# want info DF050
RUN yum install -y curl
# want info DF050
RUN microdnf install -y curl
# want error DF054
RUN dnf install -y --nogpgcheck curl && dnf clean all
# want warning DF039
RUN zypper install curl && zypper clean --all
RUN zypper --non-interactive install curl && zypper clean --all
# want warning DF043
RUN zypper -n dup
USER 10001
