FROM python:3.12-slim
# the compiler goes in the layer it came in
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev \
    && gcc -o /usr/local/bin/tool /dev/null \
    && apt-get purge -y gcc libc6-dev && rm -rf /var/lib/apt/lists/*
USER 10001
CMD ["tool"]
