"""Events against a real broker, on the fixture service: events_test.py FIXTURE [CASE] with TEST_SERVERS set."""

import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support.collector import Collector  # noqa: E402
from support.events import NOTES, TOKEN, Bench, create  # noqa: E402
from support.servers import run_cases  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402


@case
def a_fresh_cluster_delivers_everything_without_a_restart(servers):
    bench = Bench(servers)
    with bench.start() as service:
        ids = [create(service) for _ in range(20)]
        eventually(lambda: len(bench.copies()) == 20, 60, "all copies are there")
        for note_id in ids:
            equal(bench.copies(note_id), [1])
        equal(bench.unpublished(), 0)
        eventually(lambda: service.metric("outbox_pending") == 0, what="the gauge says so")
        equal(service.metric("outbox_published_total", topic="ecommerce.note.created"), 20)


@case
def events_that_come_again_have_no_second_effect(servers):
    """Every record three times more, by as many consumers one after the other."""
    bench = Bench(servers)
    notes = 5
    with bench.start() as service:
        ids = [create(service) for _ in range(notes)]
        eventually(lambda: bench.copies() == [1] * notes, 90)
    for _ in range(3):
        with bench.start() as again:
            bench.sql("UPDATE outbox SET published_at = NULL")
            eventually(lambda: again.metric("kafka_consumer_messages_duplicate_total") == notes, 90, "duplicates are counted")
        equal([bench.copies(note_id) for note_id in ids], [[1]] * notes)


@case
def sigterm_commits_the_offsets(servers):
    bench = Bench(servers)
    with bench.start() as service:
        first = create(service)
        eventually(lambda: bench.copies(first) == [1], 90)
        ids = [create(service) for _ in range(200)]
        equal(service.terminate(30), 0)
    with bench.start() as again:
        eventually(lambda: bench.all_copied(ids), 120, "the heir has the rest")
        equal(again.metric("kafka_consumer_messages_duplicate_total"), 0)


@case
def one_trace_holds_http_sql_and_kafka_spans(servers):
    bench = Bench(servers)
    with Collector() as collector, bench.start(**collector.env) as service:
        service.post(NOTES, {"title": str(uuid.uuid4())}, token=TOKEN, headers=collector.headers)
        eventually(lambda: bench.copies() == [1], 90)
        eventually(lambda: collector.has_spans("/api/v1/notes", "db note_insert", "kafka publish ecommerce.note.created",
                                               "kafka consume ecommerce.note.created", "db copy_insert"),
                   30, "five spans under one trace")


if __name__ == "__main__":
    sys.exit(run_cases("postgres", "kafka"))
