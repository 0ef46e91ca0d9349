"""Events that fail: dead letters and their replay: events_letters_test.py FIXTURE [CASE] with TEST_SERVERS set."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support.events import NOTES, PROGRAM, TOKEN, Bench, create  # noqa: E402
from support.servers import run_cases  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402


@case
def poison_becomes_a_dead_letter_once_and_comes_back_by_replay(servers):
    bench = Bench(servers)
    with bench.start() as service:
        poison = create(service, "poison")
        healthy = create(service)
        eventually(lambda: bench.copies(healthy) == [1], 90, "the partition goes on")
        eventually(lambda: service.metric("kafka_consumer_dlq_published_total") == 1, 30, "one dead letter")
        equal(bench.copies(poison), [])
        bench.sql("CREATE TABLE cured (x int)")
        done = subprocess.run([PROGRAM, "--dlq-replay", "ecommerce.note.created", "--max", "1"], env=service.env,
                              capture_output=True, text=True, timeout=120, check=False)
        equal((done.returncode, done.stdout.splitlines()[-1]), (0, "1 replayed"), done.stdout)
        eventually(lambda: bench.copies(poison) == [1], 30, "the cured event has its effect")


@case
def a_dead_letter_that_is_refused_keeps_the_offset(servers):
    """While the topic of the dead letters takes none, the record stays where it is, whoever dies; others go on."""
    bench = Bench(servers)
    dlq, topic = "ecommerce.dlq.note.updated", "ecommerce.note.updated"
    with bench.start() as service:
        poison, *healthy = [create(service) for _ in range(13)]
        eventually(lambda: len(bench.copies()) == 13, 90, "the first events arrive")
        servers.tell("configure", "kafka", dlq, "max.message.bytes=1")
        equal(service.put(f"{NOTES}/{poison}", {"title": "poison"}, token=TOKEN).status, 200)
        eventually(lambda: len(service.log("event will be tried again")) >= 2, 90, "it is tried again")
        for note_id in healthy:
            equal(service.put(f"{NOTES}/{note_id}", {"amount": 1}, token=TOKEN).status, 200)
        eventually(lambda: len(bench.copies()) > 13, 90, "other partitions go on")
        equal(service.metric("kafka_consumer_dlq_published_total"), 0)
        service.kill()
    with bench.start() as again:
        eventually(lambda: again.log("event will be tried again"), 120, "it comes again: its offset was not committed")
        servers.tell("configure", "kafka", dlq, "max.message.bytes")
        eventually(lambda: again.metric("kafka_consumer_dlq_published_total") == 1, 90, "the dead letter is written")
        eventually(lambda: all(bench.copies(note_id) == [1, 2] for note_id in healthy), 90, "its partition goes on")
        bench.sql("CREATE TABLE cured (x int)")
        done = subprocess.run([PROGRAM, "--dlq-replay", topic], env=again.env, capture_output=True, text=True, timeout=120,
                              check=False)
        equal((done.returncode, done.stdout.splitlines()[-1]), (0, "1 replayed"), done.stdout)
        eventually(lambda: bench.copies(poison) == [1, 2], 60, "the cured event has its effect")


@case
def a_malformed_record_is_a_dead_letter_at_once(servers):
    bench = Bench(servers)
    with bench.start() as service:
        bench.sql("INSERT INTO outbox (event_id, topic, key, payload, headers) "
                  "VALUES (gen_random_uuid(), 'ecommerce.note.created', 'k', '{not json', '{}')")
        eventually(lambda: service.metric("kafka_consumer_dlq_published_total") == 1, 60, "one dead letter")
        note = create(service)
        eventually(lambda: bench.copies(note) == [1], 30)


if __name__ == "__main__":
    sys.exit(run_cases("postgres", "kafka"))
