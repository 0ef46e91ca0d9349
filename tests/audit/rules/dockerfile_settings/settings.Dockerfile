FROM node:22.9
# want error DF053
ENV NODE_TLS_REJECT_UNAUTHORIZED=0
ENV NODE_ENV=production PYTHONHTTPSVERIFY=1
# want error DF053
RUN npm config set strict-ssl false
# want error DF053
RUN git config --global http.sslVerify false
# want error DF053
RUN GIT_SSL_NO_VERIFY=1 git clone https://example.com/x
# want error DF053
RUN pip install --no-cache-dir --trusted-host pypi.example.com flask==3.0.3
# want error DF061
ENV BASE=/app BIN=$BASE/bin
ENV HOME=/home
ENV HOME=/app TOOLS=$HOME/tools
ENV PATH=/app/bin:$PATH
# want info DF063
MAINTAINER Jane Doe <jane@example.com>
# want info DF064
LABEL org.opencontainers.image.source="shop/api"
# want info DF064
LABEL org.opencontainers.image.created=yesterday
# want info DF064
LABEL org.opencontainers.image.sources="https://example.com"
# want info DF064
LABEL com.docker.x=1
LABEL org.opencontainers.image.source="https://example.com" org.opencontainers.image.created=2024-05-17T08:00:00Z
ARG BUILD_TIME=unknown
LABEL org.opencontainers.image.created=${BUILD_TIME}
LABEL org.opencontainers.image.licenses=Apache-2.0 version=1 maintainer=jane
# want info DF067
RUN useradd -u 1000000 app
RUN useradd -l -u 1000000 app && useradd --uid 10001 app
USER 10001
