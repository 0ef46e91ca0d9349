"""Postgres, Redis and Kafka of tests/integration/servers.h, driven over a pipe."""

import contextlib
import os
import subprocess

from support import tap


class Servers:
    """Starts the named servers; `ports` has those that run, `reasons` why others don't."""

    def __init__(self, program, *names):
        self.process = subprocess.Popen(
            [program, *names], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.ports, self.reasons = {}, {}
        for line in iter(self.process.stdout.readline, "ready\n"):
            if not line:
                raise RuntimeError("the servers ended")
            name, port, *reason = line.split()
            if port == "-":
                self.reasons[name] = " ".join(reason)
            else:
                self.ports[name] = int(port)

    def need(self, *names):
        """Skips the case when one of the servers can't run here."""
        for name in names:
            if name not in self.ports:
                raise tap.Skip(f"{name}: {self.reasons.get(name, 'not started')}")

    def tell(self, verb, name, *words):
        """kill, restart, pause or resume one of them; configure kafka TOPIC NAME[=VALUE]."""
        self.process.stdin.write(" ".join((verb, name, *words)) + "\n")
        if self.process.stdout.readline() != "ok\n":
            raise AssertionError(f"{verb} {name} failed")

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


def run_cases(*names):
    """Runs the program's cases with these servers (TEST_SERVERS: the program that starts them); its exit code."""
    servers = Servers(os.environ["TEST_SERVERS"], *names)
    try:
        return 1 if tap.run(servers) else 0
    finally:
        servers.close()


def psql(servers, database, *arguments):
    """The command and the environment of psql on a database."""
    command = ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
               "-p", str(servers.ports["postgres"]), "-U", "ecommerce", "-d", database, *arguments]
    return command, {"PATH": os.environ["PATH"], "PGPASSWORD": "ecommerce_secret"}


@contextlib.contextmanager
def listening(servers, database, channel):
    """LISTENs; gives a function that tells whether a notification has come."""
    command, environment = psql(servers, database)
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        def ask(text):
            process.stdin.write(f"{text};\n\\echo asked\n")
            process.stdin.flush()
            return list(iter(process.stdout.readline, "asked\n"))

        ask(f"LISTEN {channel}")
        yield lambda: any("notification" in line for line in ask("SELECT 1"))
        process.stdin.close()


def sql(servers, database, text):
    """Runs SQL through psql; the rows as lists of texts."""
    command, environment = psql(servers, database, "-c", text)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [line.split("\t") for line in done.stdout.splitlines()]
