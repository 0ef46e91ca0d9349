# syntax=docker/dockerfile:1
FROM fedora:40
RUN <<EOF
set -eu
dnf install -y --setopt=install_weak_deps=False nginx python3-pip
dnf clean all
EOF
COPY <<-EOF /etc/nginx/conf.d/app.conf
	server {
	  listen 8080;
	  location / { proxy_pass http://$UPSTREAM; }
	}
EOF
COPY --chmod=755 <<"EOF" /usr/local/bin/start
#!/bin/sh
exec nginx -g "daemon off; user $USER;"
EOF
RUN python3 - <<'PY'
import json, pathlib
pathlib.Path("/etc/app.json").write_text(json.dumps({"a": 1}))
PY
USER 1000
CMD ["start"]
