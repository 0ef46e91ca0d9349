import os
import environ
env = environ.Env()
SECRET_KEY = env("DJANGO_SECRET_KEY")
DEBUG = env.bool("DJANGO_DEBUG", default=False)
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=[])
DATABASES = {"default": env.db("DATABASE_URL")}
CELERY_BROKER_URL = os.environ["CELERY_BROKER_URL"]
MEDIA_ROOT = "/app/media"
