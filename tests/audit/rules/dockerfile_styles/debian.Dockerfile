FROM ubuntu:22.04

ENV DEBIAN_FRONTEND=noninteractive
ENV LANG C.UTF-8

# want info DF038
RUN apt-get update && apt-get install -y \
    ca-certificates \
    curl \
    gnupg \
    lsb-release \
 && rm -rf /var/lib/apt/lists/*

# want warning DF051
RUN curl -fsSL https://deb.nodesource.com/gpgkey/nodesource-repo.gpg.key | gpg --dearmor -o /etc/apt/keyrings/nodesource.gpg \
 && echo "deb [signed-by=/etc/apt/keyrings/nodesource.gpg] https://deb.nodesource.com/node_20.x nodistro main" > /etc/apt/sources.list.d/nodesource.list \
# want info DF040
# want info DF038
 && apt-get update && apt-get install -y nodejs

RUN useradd -ms /bin/bash app && \
    mkdir -p /srv/app && \
    chown -R app:app /srv/app
# want warning DF007
USER app
WORKDIR /srv/app
# want info DF068
COPY --chown=app . /srv/app
RUN npm install
# want error DF013
CMD npm start
