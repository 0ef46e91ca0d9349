"""Events whose broker dies: events_broker_test.py FIXTURE [CASE] with TEST_SERVERS set."""

import http.client
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support.events import NOTES, TOKEN, Bench, check_all_in_order, create, has_fail_points  # noqa: E402
from support.servers import run_cases  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402


def run_writers(services, notes, stopped):
    """A thread a note changes it again and again, by whichever replica answers."""
    def write(note_id, number):
        while not stopped.wait(0.1):  # some hundred changes a second are enough
            for service in services:
                try:
                    service.put(f"{NOTES}/{note_id}", {"amount": number % 1000}, token=TOKEN)
                    number += 1
                except (OSError, http.client.HTTPException):
                    continue  # killed: the other one answers
    threads = [threading.Thread(target=write, args=(note_id, number)) for number, note_id in enumerate(notes)]
    for thread in threads:
        thread.start()
    return threads


@case
def a_dead_broker_and_a_killed_replica_lose_and_reorder_nothing(servers):
    """Two replicas under writes; the broker is killed, then a replica between commit and publish; the other one gives up
    publishing twice, which takes a minute; then all come back."""
    bench = Bench(servers)
    point = {"FAILPOINT": "after-publish"} if has_fail_points() else {}
    stopped = threading.Event()
    services = [bench.start(), bench.start()]
    notes = [create(services[0]) for _ in range(8)]
    eventually(lambda: len(bench.copies()) == len(notes), 90, "the first events arrive")
    writers = run_writers(services, notes, stopped)
    try:
        servers.tell("kill", "kafka")
        try:
            eventually(lambda: bench.unpublished() > 200, 60, "the outbox fills")
            services[0].kill()
            more = bench.unpublished() + 100
            eventually(lambda: bench.unpublished() > more, 60, "the other replica goes on")
            eventually(lambda: bench.sql("SELECT 1 FROM outbox WHERE attempts >= 2"), 150, "the relay gives up and tries again")
            services[1].kill()
            if point:
                services[0] = bench.start(**point)  # dies once more, behind its first publication
        finally:
            servers.tell("restart", "kafka")
        if point:
            equal(services[0].process.wait(120), -9)
        services[0], services[1] = bench.start(), bench.start()
        eventually(lambda: all(one.metric("http_requests_total", method="PUT", status="200") > 5 for one in services), 60,
                   "both replicas write again")
    finally:
        stopped.set()
        for thread in writers:
            thread.join()
    with services[0], services[1]:
        last = check_all_in_order(bench)
        assert min(last.values()) > 10, last


if __name__ == "__main__":
    sys.exit(run_cases("postgres", "kafka"))
