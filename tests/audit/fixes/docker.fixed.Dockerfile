# the layout stays, comments too
FROM  debian:12.7
LABEL org.opencontainers.image.authors="Jane J <j@x>"
RUN apt-get update \
    && apt-get install -y curl \
    # between
    git && rm -rf /var/lib/apt/lists/*
RUN  apt-get update && \
     apt-get install -y --no-install-recommends gcc && \
     rm -rf /var/lib/apt/lists/*
RUN apt-get update && apt-get install -y --no-install-recommends gcc && rm -rf /var/lib/apt/lists/*
COPY  --chown=1  a b  /c/
COPY ["a b", "c", "/d/"]
RUN useradd -l -u 1000000 x ; pip install --no-cache-dir -r r.txt
USER 10001
CMD  ["node", "app.js", "--name", "a b"]
EXPOSE 8080
