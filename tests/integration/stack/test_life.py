"""Start, stop and what people are told, on small real stacks."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time

from children import PYTHON, ordered, shell
from harness import Events, Stack, eventually, expect, free_port, main


def three():
    ports = [free_port() for _ in range(3)]
    return {
        "front": ordered("front", ports[0], ["middle"]),
        "middle": ordered("middle", ports[1], ["back"]),
        "back": ordered("back", ports[2]),
    }


def starts_in_order_and_stops_in_reverse():
    with Stack(three()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        expect(stack.events() == ["+back", "+middle", "+front"], f"order of the start: {stack.events()}")
        for node in stack.ps().values():
            expect(node["state"] == "ready" and node["health"] == "healthy", f"not ready: {node}")
            expect(node["pid"] > 0 and node["ports"][0]["host"] == "127.0.0.1", f"no process: {node}")
        stack.run("down", check=0)
        expect(stack.events()[3:] == ["-front", "-middle", "-back"], f"order of the end: {stack.events()}")
        stack.gone()
        expect(stack.state("front") == "exited", "ps doesn't know how the last run ended")


def foreground_shows_the_log_and_ends_by_one_ctrl_c():
    with Stack({"talker": shell("echo hello; exec sleep 1000")}) as stack:
        up = stack.start("up")
        stack.until("talker", "ready")
        up.send_signal(signal.SIGINT)  # the guardian ignores it: a terminal sends it to both
        os.kill(stack.supervisor(), signal.SIGINT)
        out, _ = up.communicate(timeout=60)
        expect(up.returncode == 0, f"exit code {up.returncode}: {out}")
        expect(b"talker | hello" in out, f"no log: {out}")
        stack.gone()


def a_second_ctrl_c_ends_at_once():
    with Stack({"deaf": shell("trap '' TERM; echo up; while :; do sleep 1000; done")}) as stack:
        up = stack.start("up")
        stack.until("deaf", "ready")
        eventually("it has said so", lambda: "up" in stack.run("logs", "deaf").out)
        os.kill(stack.supervisor(), signal.SIGINT)
        stack.until("deaf", "stopping")
        os.kill(stack.supervisor(), signal.SIGINT)
        up.communicate(timeout=20)  # well before the grace of 30 s
        expect(up.returncode == 130, f"exit code {up.returncode}")
        stack.gone(2)


def ctrl_c_during_the_start_stops_what_has_started():
    services = three()
    services["middle"] = shell("exec sleep 1000", needs=["back"], health={"command": ["false"]})
    with Stack(services) as stack:
        up = stack.start("up")
        stack.until("middle", "running")
        os.kill(stack.supervisor(), signal.SIGINT)
        up.communicate(timeout=60)
        expect(up.returncode == 130, f"exit code {up.returncode}")
        expect("+front" not in stack.events(), "front was started")
        stack.gone()


def a_taken_port_is_refused_with_its_owner_and_nothing_starts():
    services = three()
    port = services["front"]["ports"]["http"]
    with Stack(services) as stack, socket.socket() as taker:
        taker.bind(("127.0.0.1", port))
        taker.listen()
        for flags in (["up"], ["up", "-d", "--wait"]):
            done = stack.run(*flags, check=3)
            expect(f"port {port} is taken by pid {os.getpid()}" in done.err, f"owner not named: {done.err}")
            expect("python" in done.err, f"command not named: {done.err}")
        expect(stack.events() == [], f"something was started: {stack.events()}")


def a_second_up_says_what_runs_and_starts_what_is_new():
    services = three()
    services["extra"] = ordered("extra", free_port())
    with Stack(services) as stack:
        stack.run("up", "-d", "--wait", "middle", check=0)
        expect("front" not in stack.ps(), "front was not asked for")
        again = stack.run("up", "--wait", "front", check=0)
        expect("runs here already" in again.err and "ready" in again.out, f"it says {again.err}{again.out}")
        expect(stack.state("front") == "ready", "front did not start")
        expect(stack.events().count("+back") == 1, "back was started twice")
        expect("extra" not in stack.ps(), "extra was not asked for")


def one_service_starts_stops_and_restarts():
    with Stack(three()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        first = stack.ps()["middle"]["pid"]
        stack.run("restart", "middle", check=0)
        eventually("it is another process", lambda: stack.ps()["middle"]["pid"] not in (0, first))
        stack.until("middle", "ready")
        expect(stack.state("front") == "ready", "a restart takes the dependant down")
        stack.run("stop", "middle", check=0)
        stack.until("middle", "exited")
        stack.run("start", "middle", check=0)
        stack.run("wait", "middle", "--timeout", "60s", check=0)
        expect(stack.run("stop", "middel", check=2).err.find("did you mean") > 0, "no nearest name")


def a_task_completes_once_and_a_failed_one_is_a_failure():
    tasks = 'tasks:\n  good: { command: [sh, -c, "echo did it"] }\n'
    with Stack({"main": shell("exec sleep 1000")}, tasks) as stack:
        stack.run("up", "-d", "--wait", check=0)
        expect(stack.state("good") == "completed", f"good is {stack.state('good')}")
        stack.run("wait", "good", "--for", "completed", check=0)
    tasks = 'tasks:\n  bad: { command: [sh, -c, "echo it broke >&2; exit 3"] }\n'
    with Stack({"main": shell("exec sleep 1000")}, tasks) as stack:
        done = stack.run("up", "-d", "--wait", check=4)
        expect("bad" in done.err and "exit code 3" in done.err, f"why is not said: {done.err}")
        expect("it broke" in done.err, f"last words are not said: {done.err}")


def what_ends_at_once_was_never_ready():
    """Without a probe, running is all there is to see; a process that ends at once was not up."""
    services = {
        "broken": shell("echo no such option >&2; exit 3", restart="never"),
        "after": shell("echo +after >> $IT_DIR/events; exec sleep 1000", needs=["broken"]),
    }
    with Stack(services) as stack:
        done = stack.run("up", "-d", "--wait", check=4)
        expect("exit code 3" in done.err and "no such option" in done.err, f"why is not said: {done.err}")
        expect(stack.events() == [], "what needs it was started")
        expect(stack.run("wait", "broken", "--timeout", "20s").returncode == 4, "wait takes it for ready")


def a_need_that_has_ended_is_not_waited_for_in_vain():
    """One that goes to the background by itself ends with 0, and what needs it would wait for ever."""
    services = {
        "daemon": shell("(setsid sleep 1000 >/dev/null 2>&1 &) ; echo forked"),
        "front": shell("exec sleep 1000", needs=["daemon"]),
    }
    with Stack(services) as stack:
        done = stack.run("up", "-d", "--wait", check=4)
        expect("daemon: exited" in done.err and "daemon has ended" in done.err, f"it is not named: {done.err}")
        expect(stack.run("wait", "front", "--timeout", "20s").returncode == 4, "wait waits in vain")


def a_suspended_supervisor_is_named():
    """Ctrl-Z at the terminal of `up`, ps in another."""
    with Stack({"one": shell("exec sleep 1000")}) as stack:
        stack.run("up", "-d", "--wait", check=0)
        pid = stack.supervisor()
        os.kill(pid, signal.SIGSTOP)
        try:
            for command in (["ps"], ["down"]):
                done = stack.run(*command, check=3)
                expect(f"kill -CONT {pid}" in done.err, f"the way out is not named: {done.err}")
        finally:
            os.kill(pid, signal.SIGCONT)
        expect(stack.state("one") == "ready", "it is not well afterwards")


def what_is_never_ready_is_explained_and_its_dependants_wait():
    port = free_port()
    body = (
        "import http.server\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "  def do_GET(self):\n"
        "    self.send_response(503); self.end_headers(); self.wfile.write(b'no database yet')\n"
        "  def log_message(self,*a): pass\n"
        f"print('ERROR: cannot reach the database', flush=True)\n"
        f"http.server.HTTPServer(('127.0.0.1',{port}),H).serve_forever()\n"
    )
    services = {
        "sick": {
            "command": [PYTHON, "-c", body],
            "ports": {"http": port},
            "health": {"ready": "/health/ready", "start_period": "1s"},
        },
        "front": shell("exec sleep 1000", needs=["sick"]),
    }
    with Stack(services) as stack:
        done = stack.run("up", "-d", "--wait", check=4)
        for part in ("/health/ready", "503", "no database yet", "cannot reach the database"):
            expect(part in done.err, f"{part!r} is not said:\n{done.err}")
        expect(stack.state("front") == "waiting", f"front is {stack.state('front')}")
        why = stack.run("why", "front", check=0).out
        expect("waits for sick" in why and "503" in why, f"the chain is not told:\n{why}")
        expect(stack.ps()["front"]["waiting_for"][0]["name"] == "sick", "waiting_for is empty")
        chain = json.loads(stack.run("why", "front", "-o", "json", check=0).out)
        expect([cause["node"]["name"] for cause in chain] == ["front", "sick"], f"{chain}")
        expect("503" in chain[1]["node"]["probe"]["answer"], f"{chain[1]}")
        expect(chain[1]["last_words"] == ["ERROR: cannot reach the database"], f"{chain[1]}")


def a_wait_ends_when_its_time_is_up():
    services = {"slow": shell("exec sleep 1000", health={"command": ["false"]})}
    with Stack(services) as stack:
        done = stack.run("up", "-d", "--wait", "--timeout", "300ms", check=5)
        expect("exit code 1" in done.err, f"the probe's answer is not said: {done.err}")
        stack.run("wait", "slow", "--timeout", "100ms", check=5)
        stack.run("down", check=0)
        up = stack.start("up", "--timeout", "300ms")
        up.communicate(timeout=60)
        expect(up.returncode == 5, f"exit code {up.returncode}")
        stack.gone()


def a_crash_loop_backs_off_stops_and_is_explained():
    services = {
        "crashing": shell("echo 'fatal: bad config' >&2; exit 7"),
        "steady": shell("exec sleep 1000", needs=["base"]),
        "base": shell("exec sleep 1000"),
    }
    with Stack(services) as stack:
        stack.run("up", "-d", check=0)
        stack.until("crashing", "failed")
        node = stack.ps()["crashing"]
        expect(node["restarts"] == 5 and node["exit_code"] == 7, f"{node}")
        why = stack.run("why", check=0).out
        for part in ("crash loop", "exit code 7", "bad config"):
            expect(part in why, f"{part!r} is not said:\n{why}")
        expect(stack.state("steady") == "ready", "a service beside it was touched")


def one_killed_in_a_loop_is_given_up_and_its_dependants_go_on():
    with Stack(three()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        before = stack.ps()

        def kill_it():
            node = stack.ps()["back"]
            if node["state"] == "ready":
                os.kill(node["pid"], signal.SIGKILL)
            return node["state"] == "failed"

        events = Events(stack)
        eventually("it is given up", kill_it)
        expect(events.states("back").count("backoff") == 5, f"{events.states('back')}")
        node = stack.ps()["back"]
        expect(node["restarts"] == 5 and node["exit_signal"] == 9 and node["pid"] == 0, f"{node}")
        expect("back" in stack.run("ps", check=0).out, "ps")
        why = stack.run("why", check=0).out
        for part in ("back is failed", "crash loop", "signal 9", "not started again"):
            expect(part in why, f"{part!r} is not said:\n{why}")
        for name in ("middle", "front"):
            after = stack.ps()[name]
            expect(after["state"] == "ready" and after["pid"] == before[name]["pid"], f"{after}")
        stack.run("start", "back", check=0)  # by hand it may be tried again
        stack.until("back", "ready")


def why_tells_errors_and_warnings_and_else_the_last_lines():
    services = {
        "warned": shell("echo 'WARN: the disk is slow'; echo 'ERROR: no disk'; echo done; exit 1", restart="never"),
        "silent": shell("echo 'WARN: the disk is slow'; echo done; exit 1", restart="never"),
    }
    with Stack(services) as stack:
        stack.run("up", "-d", check=0)
        stack.until("warned", "failed")
        stack.until("silent", "failed")
        why = stack.run("why", "warned", check=0).out
        expect(why.index("no disk") < why.index("it also warned:") < why.index("the disk is slow"), why)
        expect("done" not in why, f"more than errors and warnings: {why}")
        why = stack.run("why", "silent", check=0).out
        expect("the disk is slow" in why and "done" in why and "also warned" not in why, why)


def a_refused_start_leaves_what_is_known_of_the_last_run():
    with Stack({"brief": shell("exit 7", restart="never")}) as stack:
        stack.run("up", "-d", check=0)
        stack.until("brief", "failed")
        stack.run("down", check=0)
        catalog = (stack.dir / "slipway.yaml").read_text()
        (stack.dir / "slipway.yaml").write_text(catalog.replace('"sh"', '"no-such-program"'))
        expect("no-such-program" in stack.run("up", "-d", check=3).err, "it is not refused")
        node = stack.ps()["brief"]
        expect((node["state"], node["exit_code"]) == ("failed", 7), f"the last run is forgotten: {node}")
        expect("exit code 7" in stack.run("why", check=0).out, "why forgot it too")


def dependants_keep_their_state_when_a_need_dies():
    with Stack(three()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        before = stack.ps()
        os.kill(before["back"]["pid"], signal.SIGKILL)
        eventually("back comes again", lambda: stack.ps()["back"]["pid"] not in (0, before["back"]["pid"]))
        stack.until("back", "ready")
        after = stack.ps()
        expect(after["back"]["restarts"] == 1 and after["back"]["exit_signal"] == 9, f"{after['back']}")
        expect(after["front"]["pid"] == before["front"]["pid"], "front was restarted")


def an_orphans_answer_does_not_count():
    """The port is taken after the check by someone else who answers 200: that isn't the service."""
    port = free_port()
    services = {"late": shell("exec sleep 1000", ports={"http": port}, health={"ready": "/"})}
    with Stack(services) as stack:
        stack.run("up", "-d", check=0)
        stack.until("late", "running")
        server = subprocess.Popen(
            [PYTHON, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            why = eventually(
                "the stranger is named",
                lambda: (lambda text: text if "not one of its processes" in text else None)(
                    stack.run("why", "late").out),
            )
            expect(f"pid {server.pid}" in why, f"{why}")
            expect(stack.state("late") == "running", "the stranger's answer was taken")
        finally:
            server.kill()
            server.wait()


def nothing_is_lost_of_a_fast_or_binary_or_endless_line():
    lines = 100_000
    services = {
        "fast": shell(f"seq -f 'line %g' 1 {lines}; exec sleep 1000"),
        "binary": shell("printf 'a\\000b\\377c\\n'; exec sleep 1000"),
        "endless": shell("head -c 1048576 /dev/zero | tr '\\0' x; exec sleep 1000"),
    }
    with Stack(services) as stack:
        stack.run("up", "-d", "--wait", check=0)
        eventually("all lines are there", lambda: stack.run("logs", "fast", "-n", "1").out.count(f"line {lines}"))
        out = stack.run("logs", "fast", "--no-time", "--grep", "^line").out.split()
        expect(len(out) == lines * 4, f"{len(out) // 4} lines of {lines}")
        expect("a\\x00b\ufffdc" in stack.run("logs", "binary").out, "binary bytes are not shown escaped")
        stack.run("stop", "endless", check=0)
        stack.until("endless", "exited")
        expect(stack.run("logs", "endless").out.count("x") >= 1048576, "the long line is cut")
        node = stack.ps()["fast"]
        expect(node["log_dropped"] == 0, f"{node}")


def logs_filter_and_speak_json():
    script = (
        "echo '{{\"time\":\"t\",\"level\":\"warn\",\"msg\":\"slow\",\"ms\":12}}'; echo plain; "
        "echo 'ERROR: broken'; exec sleep 1000"
    )
    with Stack({"app": shell(script)}) as stack:
        stack.run("up", "-d", "--wait", check=0)
        eventually("it has spoken", lambda: "broken" in stack.run("logs").out)
        stack.run("down", check=0)  # logs of what is gone are read as well
        expect("WARN  slow ms=12" in stack.run("logs", "app").out, stack.run("logs", "app").out)
        warned = stack.run("logs", "--level", "warn", "-o", "json").out.splitlines()
        records = [json.loads(line) for line in warned]
        expect([r["message"] for r in records] == ["slow", "ERROR: broken"], f"{records}")
        expect(records[0]["fields"]["ms"] == 12 and records[0]["node"] == "app", f"{records[0]}")
        expect(stack.run("logs", "app", "--grep", "^pl", "--no-time").out == "app | plain\n", "grep")
        expect("app" in stack.run("logs", "ap", check=2).err, "no nearest name")


def an_external_resource_is_waited_for_and_not_touched():
    port = free_port()
    resources = f"resources:\n  redis: {{ kind: redis, engine: external, address: '127.0.0.1:{port}' }}"
    services = {"app": shell("echo address $REDIS_ADDR; exec sleep 1000", needs=["redis"])}
    with Stack(services, resources) as stack, socket.socket() as server:
        stack.run("up", "-d", check=0)
        stack.until("redis", "running")
        expect(stack.state("app") == "waiting", "app does not wait")
        server.bind(("127.0.0.1", port))
        server.listen()
        stack.until("app", "ready")
        expect(stack.ps()["redis"]["pid"] == 0, "an external server has no process of ours")
        eventually("it has its address", lambda: f"address 127.0.0.1:{port}" in stack.run("logs", "app").out)
        stack.run("down", check=0)


def down_waits_for_a_stack_that_is_on_its_way_up():
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        up = stack.start("up")
        eventually("the lock is there", lambda: (stack.dir / ".slipway/lock").exists())
        stack.run("down", check=0)
        up.communicate(timeout=60)
        stack.gone()


def a_full_log_disk_drops_and_counts_and_the_stack_goes_on():
    if os.geteuid() != 0:
        return "needs root to mount a small disk"
    with Stack({"app": shell("while :; do seq 1 2000; sleep 0.05; done")}) as stack:
        logs = stack.dir / ".slipway/logs"
        logs.mkdir(parents=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(logs)]).returncode != 0:
            return "can't mount here"
        try:
            filler = logs / "filler"
            filler.write_bytes(bytes(400 * 1024))
            stack.run("up", "-d", "--wait", check=0)
            eventually("lines are dropped", lambda: stack.ps()["app"]["log_dropped"] > 0)
            expect(stack.state("app") == "ready", "the stack does not go on")
            filler.unlink()
            stored = stack.ps()["app"]["log_lines"]
            eventually("it logs again", lambda: stack.ps()["app"]["log_lines"] > stored)
            eventually("and says so", lambda: "lines were dropped here" in stack.run("logs", "app").out)
            stack.run("down", check=0)
        finally:
            subprocess.run(["umount", "-l", str(logs)], check=False)
    return None


def a_catalog_that_changed_since_the_start_is_named():
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        stack.run("up", "-d", "--wait", check=0)
        expect("changed since" not in stack.run("up", "-d", check=0).err, "it has not changed")
        later = time.time() + 100
        os.utime(stack.dir / "slipway.yaml", (later, later))
        expect("slipway.yaml changed since" in stack.run("up", "-d", check=0).err, "nothing is said of the change")


def a_down_behind_a_down_finds_nothing_that_was_left():
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        for _ in range(10):
            stack.run("up", "-d", "--wait", check=0)
            stack.run("down", check=0)
            again = stack.run("down", check=0)
            expect("nothing runs" in again.err, f"it takes what just ended for a leftover: {again.err}")


def data_are_deleted_only_when_that_was_said():
    with Stack({"app": shell("exec sleep 1000")}, "resources: { redis: { kind: redis, ports: { redis: %d } } }"
               % free_port()) as stack:
        if not shutil.which("redis-server"):
            return "no redis-server on this machine"
        stack.run("up", "-d", "--wait", check=0)
        refused = stack.run("down", "--volumes")  # no terminal to ask on
        expect(refused.returncode == 2 and "nothing is stopped" in refused.err, f"{refused.returncode}: {refused.err}")
        expect(stack.state("app") == "ready", "it was stopped all the same")
        expect("deleted" in stack.run("down", "--volumes", "-y", check=0).err, "the data are not deleted")
    return None


def down_ends_a_stack_in_which_everything_has_ended():
    with Stack({"brief": shell("exit 1", restart="never")}) as stack:
        stack.run("up", "-d", check=0)
        stack.until("brief", "failed")
        supervisor = stack.supervisor()
        stack.run("down", check=0)
        eventually("the supervisor is gone", lambda: not os.path.exists(f"/proc/{supervisor}"))


def a_checkout_too_deep_for_a_socket_works_too():
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        deep = stack.dir / ("d" * 60) / ("e" * 60)
        deep.mkdir(parents=True)
        (deep / "slipway.yaml").write_text((stack.dir / "slipway.yaml").read_text())
        top, stack.dir = stack.dir, deep
        try:
            stack.run("up", "-d", "--wait", check=0)
            expect(stack.state("app") == "ready", "it is not ready")
            expect(not (deep / ".slipway/control.sock").exists(), "the path is not too long")
            stack.run("down", check=0)
            stack.gone()
        finally:
            stack.dir = top


main([
    starts_in_order_and_stops_in_reverse,
    foreground_shows_the_log_and_ends_by_one_ctrl_c,
    a_second_ctrl_c_ends_at_once,
    ctrl_c_during_the_start_stops_what_has_started,
    a_taken_port_is_refused_with_its_owner_and_nothing_starts,
    a_second_up_says_what_runs_and_starts_what_is_new,
    one_service_starts_stops_and_restarts,
    a_task_completes_once_and_a_failed_one_is_a_failure,
    a_suspended_supervisor_is_named,
    what_ends_at_once_was_never_ready,
    a_need_that_has_ended_is_not_waited_for_in_vain,
    what_is_never_ready_is_explained_and_its_dependants_wait,
    a_wait_ends_when_its_time_is_up,
    a_crash_loop_backs_off_stops_and_is_explained,
    why_tells_errors_and_warnings_and_else_the_last_lines,
    one_killed_in_a_loop_is_given_up_and_its_dependants_go_on,
    a_refused_start_leaves_what_is_known_of_the_last_run,
    dependants_keep_their_state_when_a_need_dies,
    an_orphans_answer_does_not_count,
    nothing_is_lost_of_a_fast_or_binary_or_endless_line,
    logs_filter_and_speak_json,
    an_external_resource_is_waited_for_and_not_touched,
    down_waits_for_a_stack_that_is_on_its_way_up,
    a_full_log_disk_drops_and_counts_and_the_stack_goes_on,
    a_catalog_that_changed_since_the_start_is_named,
    a_down_behind_a_down_finds_nothing_that_was_left,
    data_are_deleted_only_when_that_was_said,
    down_ends_a_stack_in_which_everything_has_ended,
    a_checkout_too_deep_for_a_socket_works_too,
])
