FROM python:3.12-slim
USER 10001
# want info DF019
# want error DF018
HEALTHCHECK CMD curl -f http://localhost:8000/ || exit 1
