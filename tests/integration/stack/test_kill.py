"""Whatever is killed, whenever: no child is left, and the next `up` starts clean."""

import os
import random
import signal

from children import UNRULY, ordered, shell
from harness import Stack, eventually, expect, free_port, main

MOMENTS = 20
GONE_S = 2.0  # what the design promises, from the kill on
# A loaded machine gets more: what is asserted is that they end, not how fast this machine is.
PATIENCE_S = 20.0


def unruly(name="unruly"):
    return {name: shell(UNRULY)}


def parent_of(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm") as comm:
            return comm.read().strip()
    except OSError:
        return None


def line_of(stack):
    """guardian, warden, supervisor: each the next one's parent; and the keeper, the warden's brother"""
    supervisor = stack.supervisor()
    warden = parent_of(supervisor)
    guardian = parent_of(warden)
    keeper = next((pid for pid in children_of(guardian) if pid != warden and name_of(pid) == "keeper"), None)
    return {"guardian": guardian, "warden": warden, "supervisor": supervisor, "keeper": keeper}


def has_ended(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def kill_at_once(pids):
    """None of them can act on the end of another."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def kill_and_look(*names):
    with Stack(dict(unruly(), beside=shell("exec sleep 1000"))) as stack:
        stack.run("up", "-d", "--wait", check=0)
        eventually("all its kin are there", lambda: len(stack.processes()) >= 8)
        line = line_of(stack)
        kill_at_once([line[name] for name in names])
        stack.gone(PATIENCE_S)
        eventually("the stack is gone", lambda: "nothing runs" in stack.run("ps", check=0).err)
        stack.run("up", "-d", "--wait", check=0)
        expect(stack.state("unruly") == "ready", "the next up is not clean")


def nothing_outlives_a_killed_supervisor():
    kill_and_look("supervisor")


def nothing_outlives_a_killed_guardian():
    kill_and_look("guardian")


def nothing_outlives_a_killed_warden():
    kill_and_look("warden")


def nothing_outlives_any_two_of_them_killed_at_once():
    kill_and_look("guardian", "supervisor")
    kill_and_look("guardian", "warden")
    kill_and_look("warden", "supervisor")


def a_kill_by_name_takes_the_services_along():
    with Stack(unruly()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        eventually("all its kin are there", lambda: len(stack.processes()) >= 6)
        line = line_of(stack)
        called = [pid for pid in line.values() if name_of(pid) == "slipway"]
        expect(set(called) == {line["guardian"], line["supervisor"]}, f"{called} of {line}")
        for name in ("warden", "keeper"):
            with open(f"/proc/{line[name]}/cmdline") as command:
                expect("slipway" not in command.read().split("\0")[0], f"the {name} goes by pkill -f")
        kill_at_once(called)
        stack.gone(PATIENCE_S)


LINE = ("guardian", "warden", "supervisor")


def nothing_outlives_all_three_killed_at_once():
    kill_and_look(*LINE)


def a_kill_of_the_process_group_takes_the_services_along():
    """What `timeout -s KILL` and many a test harness do."""
    with Stack(unruly()) as stack:
        up = stack.start("up")
        eventually("all its kin are there", lambda: len(stack.processes()) >= 6)
        os.killpg(up.pid, signal.SIGKILL)
        up.communicate(timeout=PATIENCE_S)  # its output ends: what is left doesn't hold it
        stack.gone(PATIENCE_S)


def an_up_in_the_next_moment_waits_for_the_keeper():
    with Stack(unruly()) as stack:
        for _ in range(5):
            stack.run("up", "-d", "--wait", check=0)
            eventually("all its kin are there", lambda: len(stack.processes()) >= 6)
            line = line_of(stack)
            former = set(stack.processes())
            kill_at_once([line[name] for name in LINE])
            stack.run("up", "-d", "--wait", check=0)
            eventually("the former keeper is gone", lambda: has_ended(line["keeper"]))
            expect(not former & set(stack.processes()), "some of the former stack are still there")
            node = stack.ps()["unruly"]
            expect((node["state"], node["restarts"]) == ("ready", 0), f"the keeper ended the new stack: {node}")
            stack.run("down", "--timeout", "100ms", check=0)


def a_keeper_that_is_killed_comes_back_and_ends_with_the_stack():
    with Stack({"quiet": shell("exec sleep 1000")}) as stack:
        stack.run("up", "-d", "--wait", check=0)
        first = line_of(stack)["keeper"]
        os.kill(first, signal.SIGKILL)
        others = lambda: [pid for pid in [line_of(stack)["keeper"]] if pid not in (None, first)]
        second = eventually("there is another", others)[0]
        stack.run("down", check=0)
        eventually("it went with the stack", lambda: has_ended(second))


def direct_children_die_with_all_four_and_the_next_up_ends_the_rest():
    with Stack(unruly()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        eventually("all its kin are there", lambda: len(stack.processes()) >= 6)
        child = stack.ps()["unruly"]["pid"]
        kill_at_once(line_of(stack).values())
        eventually("the direct child is gone", lambda: child not in stack.processes(), PATIENCE_S)
        left = set(stack.processes())
        expect(left, "the test finds nothing to do")
        stack.run("up", "-d", "--wait", check=0)
        expect(not left & set(stack.processes()), "some of the former stack are still there")


def a_stop_ends_grandchildren_that_ignore_it():
    with Stack({"unruly": shell(UNRULY), "quick": shell("exec sleep 1000")}) as stack:
        (stack.dir / "slipway.yaml").write_text(
            (stack.dir / "slipway.yaml").read_text().replace("    path: .\n", "    path: .\n    stop_grace: 300ms\n")
        )
        stack.run("up", "-d", "--wait", check=0)
        eventually("all its kin are there", lambda: len(stack.processes()) >= 7)
        stack.run("stop", "unruly", check=0)
        stack.until("unruly", "exited")
        quick = stack.ps()["quick"]["pid"]
        eventually("only the other one is left", lambda: stack.processes() == [quick])


def down_ends_everything_after_its_timeout():
    with Stack(unruly()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        stack.run("down", "--timeout", "200ms", check=0)
        stack.gone(PATIENCE_S)


def a_crash_takes_its_grandchildren_along():
    """Else they would hold the ports of the next run."""
    script = "setsid sleep 1000 & [ -e $IT_DIR/again ] && exec sleep 1000; touch $IT_DIR/again; exit 1"
    with Stack({"crashing": shell(script)}) as stack:
        stack.run("up", "-d", check=0)
        eventually("it was started again", lambda: stack.ps()["crashing"]["restarts"] == 1)
        stack.until("crashing", "ready")
        eventually("one leader and one grandchild are there", lambda: len(stack.processes()) == 2)


def a_kill_at_any_moment_leaves_no_orphan_and_no_broken_state():
    seed = random.randrange(1 << 30)
    print(f"# seed {seed}")
    chance = random.Random(seed)
    ports = [free_port() for _ in range(2)]
    services = {
        "back": ordered("back", ports[0]),
        "front": ordered("front", ports[1], ["back"]),
        "kin": shell(UNRULY, needs=["back"]),
    }
    with Stack(services) as stack:
        for moment in range(MOMENTS):
            up = stack.start("up")
            # a moment of the start, of the run or of the stop, by what has happened so far
            point = chance.choice(["begin", "lock", "back", "front", "stop"])
            if point == "lock":
                eventually("the lock is there", lambda: (stack.dir / ".slipway/lock").exists())
            elif point in ("back", "front"):
                eventually(f"{point} runs", lambda: stack.events().count("+" + point) > 0 or up.poll() is not None)
            elif point == "stop":
                eventually("front runs", lambda: stack.events().count("+front") > 0 or up.poll() is not None)
                up.send_signal(signal.SIGTERM)
            for _ in range(chance.randrange(2000)):
                pass  # a little later or not
            count = chance.randrange(3) + 1  # guardian, warden or supervisor, or all of them
            line = [up.pid]
            if count > 1:
                eventually("keeper and warden are there", lambda: len(children_of(up.pid)) > 1 or up.poll() is not None)
                line += children_of(up.pid)[-1:]
            if count > 2:
                line += children_of(line[-1])[:1]
            victims = line if chance.randrange(2) else line[-1:]
            for victim in victims:
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            up.communicate(timeout=60)
            stack.gone(PATIENCE_S)
            expect(stack.run("ps").returncode == 0, f"moment {moment} ({point}): broken state")
            (stack.dir / "events").unlink(missing_ok=True)
        stack.run("up", "-d", "--wait", check=0)


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            return [int(word) for word in children.read().split()]
    except OSError:
        return []


main([
    nothing_outlives_a_killed_supervisor,
    nothing_outlives_a_killed_guardian,
    nothing_outlives_a_killed_warden,
    nothing_outlives_any_two_of_them_killed_at_once,
    a_kill_by_name_takes_the_services_along,
    nothing_outlives_all_three_killed_at_once,
    a_kill_of_the_process_group_takes_the_services_along,
    an_up_in_the_next_moment_waits_for_the_keeper,
    a_keeper_that_is_killed_comes_back_and_ends_with_the_stack,
    direct_children_die_with_all_four_and_the_next_up_ends_the_rest,
    a_stop_ends_grandchildren_that_ignore_it,
    down_ends_everything_after_its_timeout,
    a_crash_takes_its_grandchildren_along,
    a_kill_at_any_moment_leaves_no_orphan_and_no_broken_state,
])
