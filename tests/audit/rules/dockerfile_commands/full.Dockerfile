FROM python:3.12
USER 10001
HEALTHCHECK --timeout=3s CMD curl -f http://localhost:8000/ || exit 1
