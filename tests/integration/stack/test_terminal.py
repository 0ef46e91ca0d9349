"""`slipway up` at a terminal: Ctrl-C goes to the whole foreground group."""

import os
import pty
import signal
import subprocess
import threading

from children import ordered, shell
from harness import SLIPWAY, Stack, eventually, expect, free_port, main

CTRL_C = b"\x03"


class Terminal:
    """slipway as the foreground of a terminal of its own."""

    def __init__(self, stack, *args, is_read=True, program=(SLIPWAY,)):
        env = stack.env()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(stack.dir)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # who runs the tests may be under nohup
            os.execvpe(program[0], [*program, *args], env)
        self.shown = b""
        if is_read:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while piece := os.read(self.master, 65536):
                self.shown += piece
        except OSError:
            pass  # nobody has the other end any more

    def press(self, keys):
        os.write(self.master, keys)

    def exit_code(self):
        _, status = eventually("it ends", lambda: (lambda done: done if done[0] else None)(os.waitpid(self.pid, os.WNOHANG)))
        os.close(self.master)
        return os.waitstatus_to_exitcode(status)


def one_ctrl_c_stops_in_order():
    services = {"back": ordered("back", free_port()), "front": ordered("front", free_port(), ["back"])}
    with Stack(services) as stack:
        terminal = Terminal(stack, "up")
        stack.until("front", "ready")
        terminal.press(CTRL_C)
        code = terminal.exit_code()
        expect(code == 0, f"exit code {code}: {terminal.shown}")
        expect(stack.events() == ["+back", "+front", "-front", "-back"], f"{stack.events()}")
        expect(b"Ctrl-C again" in terminal.shown, f"{terminal.shown}")
        stack.gone()


def ctrl_c_during_the_start_stops_what_has_started():
    never = shell("exec sleep 1000", health={"command": ["false"]})
    services = {"back": ordered("back", free_port()), "never": never | {"needs": ["back"]}}
    with Stack(services) as stack:
        terminal = Terminal(stack, "up")
        stack.until("never", "running")
        terminal.press(CTRL_C)
        code = terminal.exit_code()
        expect(code == 130 and stack.events() == ["+back", "-back"], f"{code} {stack.events()}")
        stack.gone()


def a_second_ctrl_c_ends_at_once():
    with Stack({"deaf": shell("trap '' TERM INT; echo up; while :; do sleep 1000; done")}) as stack:
        terminal = Terminal(stack, "up")
        eventually("it is deaf", lambda: "up" in stack.run("logs", "deaf").out)
        terminal.press(CTRL_C)
        stack.until("deaf", "stopping")
        terminal.press(CTRL_C)
        code = terminal.exit_code()
        expect(code == 130, f"exit code {code}: {terminal.shown}")
        stack.gone()


def a_terminal_that_goes_away_takes_the_stack_along():
    services = {"back": ordered("back", free_port())}
    with Stack(services) as stack:
        terminal = Terminal(stack, "up", is_read=False)  # a read under way would hold it open
        stack.until("back", "ready")
        supervisor = stack.supervisor()
        os.close(terminal.master)
        eventually("the supervisor ends", lambda: not os.path.exists(f"/proc/{supervisor}"))
        os.waitpid(terminal.pid, 0)
        expect(stack.events() == ["+back", "-back"], f"{stack.events()}")
        stack.gone()


def one_that_is_to_outlive_its_terminal_does():
    with Stack({"back": ordered("back", free_port())}) as stack:
        terminal = Terminal(stack, "up", is_read=False, program=["nohup", SLIPWAY])
        stack.until("back", "ready")
        line = [stack.supervisor(), terminal.pid]
        for pid in line:
            os.kill(pid, signal.SIGHUP)
        os.close(terminal.master)
        stack.run("restart", "back", check=0)  # one that stops refuses this
        stack.until("back", "ready")
        stack.run("down", check=0)
        os.waitpid(terminal.pid, 0)


def closed_standard_streams_change_nothing():
    """What a service manager or a script may hand down: the first file opened must not become stdout."""
    for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
        with Stack({"one": shell("exec sleep 1000")}) as stack:
            def run(words, closed=closed, stack=stack):
                return subprocess.run(["sh", "-c", f'exec "$0" {words} {closed}', SLIPWAY], cwd=stack.dir, env=stack.env(),
                                      timeout=60, stdin=subprocess.DEVNULL, capture_output=True)
            done = run("up -d --wait")
            expect(done.returncode == 0 and stack.state("one") == "ready", f"{closed}: {done}")
            expect(run("down").returncode == 0, f"{closed}: down failed")


main([
    one_ctrl_c_stops_in_order,
    ctrl_c_during_the_start_stops_what_has_started,
    a_second_ctrl_c_ends_at_once,
    a_terminal_that_goes_away_takes_the_stack_along,
    one_that_is_to_outlive_its_terminal_does,
    closed_standard_streams_change_nothing,
])
