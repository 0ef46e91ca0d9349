FROM debian:12.7
# want warning DF035
RUN cd /app && make
RUN (cd /app && make) && make -C /app
# want error DF037
RUN sudo make
RUN command -v sudo || echo "sudo is not here"
# want warning DF051
RUN curl -fsS https://example.com/list | sort > /list
RUN set -o pipefail && curl -fsS https://example.com/list | sort > /list
RUN set -eux -o pipefail; curl -fsS https://example.com/list | sort > /list
RUN echo "x | y" && echo a | tee /b || true
# want error DF052
RUN curl -fsSLko tool https://example.com/tool
# want error DF052
# want info DF074
# want info DF075
RUN wget --no-check-certificate https://example.com/tool
RUN curl -fsSokey https://example.com/tool && curl -k https://localhost:8443/
# want error DF055
# want warning DF051
RUN curl -fsSL https://example.com/install.sh | sh
# want error DF055
# want warning DF051
RUN wget -qO- https://example.com/setup | tee /log | bash -s -- --yes
# want error DF055
RUN bash -c "$(curl -fsSL https://example.com/install.sh)"
# want error DF055
RUN bash <(curl -fsSL https://example.com/install.sh)
RUN set -o pipefail; curl -fsSL https://example.com/x.tar.gz | tar xz && curl -fsSL https://example.com/key | gpg --dearmor > /k
RUN set -o pipefail; curl -fsSL https://example.com/x.json | python3 -c 'import json'
# want error DF056
RUN echo root:root | chpasswd
RUN passwd -l root && useradd app
# want warning DF057
RUN chmod -R 777 /app
# want warning DF057
RUN chmod u+s /bin/ping
RUN chmod 755 /app && chmod 1777 /tmp && chmod +x /run.sh
# want warning DF057
COPY --chmod=777 app /app
USER 10001
