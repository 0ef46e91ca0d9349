FROM debian:12.7 AS first
# want warning DF030
ADD app.py /app/
ADD app.tar.gz rootfs.tar.xz /app/
ARG NAME
ADD $NAME /app/
# want error DF031
ADD https://example.com/tool /usr/local/bin/tool
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/tool /x
ADD https://github.com/moby/buildkit.git#v0.14.1 /buildkit
# want error DF032
COPY a b /app
# want error DF032
COPY ["a", "b c", "/app"]
COPY a b /app/
COPY a* /app
# want error DF032
COPY <<one <<two /app
1
one
2
two
# want warning DF033
COPY a .
FROM debian:12.7
# want error DF034
WORKDIR app
COPY a .
COPY a b ./
WORKDIR /srv
WORKDIR $HOME/app
# want error DF036
WORKDIR /etc
# want error DF036
VOLUME /usr /srv/data
# want error DF036
VOLUME ["/"]
WORKDIR /usr/local/bin
WORKDIR /usr/src/app
COPY . .
USER 10001
