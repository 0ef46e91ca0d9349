"""Events whose service is killed, anywhere: events_death_test.py FIXTURE [CASE] with TEST_SERVERS set."""

import concurrent.futures
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tap  # noqa: E402
from support.events import NOTES, TOKEN, Bench, change, check_all_in_order, create, has_fail_points  # noqa: E402
from support.servers import run_cases  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402


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


if __name__ == "__main__":
    sys.exit(run_cases("postgres", "kafka"))
