FROM python:3.12-slim AS base
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=off \
    PIP_DISABLE_PIP_VERSION_CHECK=on \
    POETRY_HOME="/opt/poetry" \
    POETRY_VIRTUALENVS_IN_PROJECT=true \
    VENV_PATH="/opt/pysetup/.venv"
ENV PATH="$POETRY_HOME/bin:$VENV_PATH/bin:$PATH"

FROM base AS builder
ARG POETRY_VERSION=1.8.3
RUN apt-get update \
    && apt-get install --no-install-recommends -y \
        build-essential \
        curl \
    && rm -rf /var/lib/apt/lists/*
# want warning DF051
# want error DF055
RUN curl -sSL https://install.python-poetry.org | python3 - --version $POETRY_VERSION
WORKDIR /opt/pysetup
COPY poetry.lock pyproject.toml ./
RUN poetry install --no-root --only main

FROM base
COPY --from=builder /opt/pysetup /opt/pysetup
RUN groupadd -g 1001 app && useradd -u 1001 -g app app
WORKDIR /app
COPY --chown=app:app . .
USER 1001
CMD ["gunicorn", "app.main:app", "-k", "uvicorn.workers.UvicornWorker", "-b", "0.0.0.0:8000"]
