FROM debian:12.7 AS build
# what stays in a stage that isn't shipped is of no matter
RUN apt-get update && apt-get install -y --no-install-recommends gcc
FROM debian:12.7
# want info DF038
# want warning DF039
# want info DF040
RUN apt-get update && apt-get install curl
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        curl \
        # with a comment between
        git \
    && rm -rf /var/lib/apt/lists/*
# want error DF042
RUN apt-get update
# want warning DF041
RUN apt install -yq --no-install-recommends curl
RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt \
    apt-get update && apt-get -qq install --no-install-recommends curl
# want warning DF043
RUN apt-get update && apt-get dist-upgrade -y && rm -rf /var/lib/apt/lists/*
RUN apt-get update && ./install.sh && rm -rf /var/lib/apt/lists/*
RUN yes | apt-get install --no-install-recommends curl
# want error DF054
RUN apt-get install -y --no-install-recommends --allow-unauthenticated curl
USER 10001
