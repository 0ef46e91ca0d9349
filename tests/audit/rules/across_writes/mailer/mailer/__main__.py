import os
import tempfile
from logging.handlers import RotatingFileHandler
from pathlib import Path

OUTBOX = Path("/srv/outbox")  # also XA028
STATE = os.environ.get("STATE_DIR", "/state")


def keep(name, text, target):
    (OUTBOX / name).write_text(text)
    with open(f"/srv/archive/{name}.eml", "w") as file:  # also XA028
        file.write(text)
    with open("/etc/mailer.ini") as file:
        file.read()
    with open("/usr/share/mailer/words", "rb") as file:
        file.read()
    Path(STATE).mkdir(exist_ok=True)
    open(target, "w").close()


def main():
    """Says open("/not/written", mode="r") and more."""
    handler = RotatingFileHandler("/var/log/mailer.log")  # also XA028
    with tempfile.NamedTemporaryFile() as file:  # also XA028
        file.write(handler.name)
    with tempfile.TemporaryDirectory(dir="/srv/outbox") as folder:
        os.makedirs(folder)
