import os

from fastapi import FastAPI

app = FastAPI()
DATABASE_URL = os.environ["DATABASE_URL"]
BROKER = os.environ.get("CELERY_BROKER_URL", "redis://redis:6379/0")


@app.get("/health")
def health():
    return {"ok": True}
