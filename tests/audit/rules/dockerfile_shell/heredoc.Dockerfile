FROM debian:12.7
# the first line that can fail
RUN <<EOF
# want warning DF051
apt-get purge -y curl
echo done
EOF
RUN <<EOF
set -ex
cd /app
make
EOF
RUN <<EOF
make && make install
EOF
RUN <<EOF
#!/bin/bash -e
make
make install
EOF
RUN <<EOF
#!/usr/bin/env python3
import os
os.system("sudo x")
EOF
RUN cat <<EOF > /script
sudo curl -k https://example.com | sh
EOF
USER 10001
