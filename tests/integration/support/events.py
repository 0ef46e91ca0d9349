"""What the tests of events share: a database for a case, changes to notes, and that each had its effect."""

import http.client
import itertools
import subprocess
import sys
import uuid

from support import tokens
from support.servers import sql
from support.service import Service
from support.tap import equal, eventually

PROGRAM = sys.argv[1]
NOTES = "/api/v1/notes"
TOKEN = tokens.access()


class Bench:
    """One database for a case; topics and group are the broker's and shared, so a case looks at its own notes."""

    def __init__(self, servers):
        servers.need("postgres", "kafka")
        self.servers = servers
        self.database = f"events_{uuid.uuid4().hex[:8]}"

    def start(self, **env):
        return Service(PROGRAM, "fixture", self.servers, self.database, env)

    def sql(self, text):
        return sql(self.servers, self.database, text)

    def copies(self, note_id=None):
        where = f" WHERE note_id = '{note_id}'" if note_id else ""
        return [int(row[0]) for row in self.sql(f"SELECT version FROM copies{where} ORDER BY n")]

    def all_copied(self, ids):
        """Whether each of these notes has its first copy and no other."""
        copies = [(row[0], int(row[1])) for row in self.sql("SELECT note_id, version FROM copies")]
        return sorted(copy for copy in copies if copy[0] in ids) == sorted((note_id, 1) for note_id in ids)

    def unpublished(self):
        return int(self.sql("SELECT count(*) FROM outbox WHERE published_at IS NULL")[0][0])


def has_fail_points():
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    return "fail points" in version


def check_all_in_order(bench, seconds=180):
    """Every change that the database knows has had its effect, each once, those of a note one after the other."""
    eventually(lambda: bench.unpublished() == 0, seconds, "the outbox drains")
    last = {row[0]: int(row[1]) for row in bench.sql("SELECT id, version FROM notes")}
    eventually(lambda: len(bench.copies()) >= sum(last.values()), seconds, "every event has its effect")
    for note_id, version in last.items():
        updates = [copy for copy in bench.copies(note_id) if copy > 1]  # created comes on a topic of its own
        equal(updates, list(range(2, version + 1)), note_id)
    equal(len(bench.copies()), sum(last.values()), "none twice")
    return last


def create(service, title=None):
    answer = service.post(NOTES, {"title": title or str(uuid.uuid4())}, token=TOKEN)
    equal(answer.status, 201, repr(answer))
    return answer.data["id"]


def change(services, note_id, number):
    """By whichever replica answers: one may be killed, before or behind the commit."""
    for service in itertools.cycle(services):
        try:
            if service.put(f"{NOTES}/{note_id}", {"amount": number}, token=TOKEN).status == 200:
                return
        except (OSError, http.client.HTTPException):
            continue
