import os

host = os.environ["SMTP_HOST"]
sender = os.environ["MAIL_FROM"]  # want warning XA006
bucket = os.environ["MAIL_BUCKET"] if "MAIL_BUCKET" in os.environ else None
os.environ["MAIL_CACHE"] = "/tmp"
reply = os.environ.get("MAIL_REPLY", sender)
user = os.environ['SMTP_USER']
token = os.environ["MAIL_TOKEN"]  # slipway:ignore XA006 the platform sets it
