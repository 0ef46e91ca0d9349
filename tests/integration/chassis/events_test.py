"""Events against a real broker, on the fixture service: events_test.py FIXTURE [CASE] with TEST_SERVERS set."""

import concurrent.futures
import http.client
import itertools
import pathlib
import subprocess
import sys
import threading
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tap, tokens  # noqa: E402
from support.collector import Collector  # noqa: E402
from support.service import Service  # noqa: E402
from support.servers import run_cases, sql  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402

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


def change(services, note_id, number):
    """By whichever replica answers: one may be killed, before or behind the commit."""
    for service in itertools.cycle(services):
        try:
            if service.put(f"{NOTES}/{note_id}", {"amount": number}, token=TOKEN).status == 200:
                return
        except (OSError, http.client.HTTPException):
            continue


@case
def a_thousand_changes_arrive_in_order_though_the_relay_is_killed_twice(servers):
    bench = Bench(servers)
    services = [bench.start(), bench.start()]
    notes = [create(services[0]) for _ in range(20)]

    def relaying():
        return [at for at, one in enumerate(services) if one.metric("outbox_relay_leader") == 1]

    def change_all(pool, numbers):
        return [pool.submit(lambda note=note: [change(services, note, number) for number in numbers]) for note in notes]
    with concurrent.futures.ThreadPoolExecutor(len(notes)) as pool:
        for numbers in (range(17), range(17, 34), range(34, 50)):
            work = change_all(pool, numbers)
            if numbers[0]:
                at = eventually(relaying, 60, "one of them relays")[0]
                services[at].kill()
                services[at] = bench.start()
            for one in work:
                one.result()
    with services[0], services[1]:
        last = check_all_in_order(bench)
        assert min(last.values()) >= 51, last


@case
def a_service_killed_between_commit_and_publish_loses_no_event(servers):
    bench = Bench(servers)
    service = bench.start()
    create(service)
    eventually(lambda: bench.copies() == [1], 90)
    servers.tell("pause", "kafka")
    try:
        made = [create(service) for _ in range(10)]
        assert bench.unpublished() == 10
        service.kill()
        with bench.start() as again:
            equal(again.get("/health/live").status, 200)
            made.append(create(again))
            servers.tell("resume", "kafka")
            eventually(lambda: len(bench.copies()) == 12, 120, "every event arrives")
            for note_id in made:
                equal(bench.copies(note_id), [1])
    finally:
        servers.tell("resume", "kafka")


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


@case
def death_at_a_fail_point_loses_and_doubles_nothing(servers):
    bench = Bench(servers)
    if not has_fail_points():
        raise tap.Skip("built without -Dfailpoints=true")
    with bench.start():
        pass
    for point, is_there in (("before-commit", False), ("after-commit", True), ("after-publish", True)):
        title = str(uuid.uuid4())
        service = bench.start(FAILPOINT=point)
        try:
            service.post(NOTES, {"title": title}, token=TOKEN)
        except OSError:
            pass
        equal(service.process.wait(30), -9, point)
        rows = bench.sql(f"SELECT id FROM notes WHERE title = '{title}'")
        equal(len(rows), 1 if is_there else 0, point)
        with bench.start():
            if is_there:
                eventually(lambda: bench.copies(rows[0][0]) == [1], 120, "the event arrives")
            eventually(lambda: bench.unpublished() == 0, 60)


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


@case
def one_of_two_replicas_relays_and_the_other_takes_over(servers):
    bench = Bench(servers)
    with bench.start() as first, bench.start() as second:
        def leaders():
            return [replica for replica in (first, second) if replica.metric("outbox_relay_leader") == 1]
        eventually(lambda: len(leaders()) == 1, what="one leader")
        leader = leaders()[0]
        heir = second if leader is first else first
        leader.kill()
        note = create(heir)
        eventually(lambda: bench.copies(note) == [1], 90, "the heir relays")


@case
def sigterm_commits_the_offsets(servers):
    bench = Bench(servers)
    with bench.start() as service:
        eventually(lambda: bench.copies(create(service)), 90)
        ids = [create(service) for _ in range(200)]
        equal(service.terminate(30), 0)
    with bench.start() as again:
        eventually(lambda: all(bench.copies(note_id) == [1] for note_id in ids), 120, "the heir has the rest")
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
