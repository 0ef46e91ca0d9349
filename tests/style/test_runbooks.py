#!/usr/bin/env python3
"""Every alert has its runbook, and every runbook speaks of what there is: alerts, commands, workloads. Prints TAP."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "runbooks"


def alerts():
    """Name of an alert -> file name of its page."""
    text = (ROOT / "deploy/prometheus/rules/alerts.yml").read_text()
    return dict(re.findall(r"- alert: (\w+)\n.*?runbook_url: \S+/docs/runbooks/(\S+)", text, re.S))


def faults():
    known, index = alerts(), (PAGES / "README.md").read_text()
    commands = {name for path in (ROOT / "slipway/cmd").glob("*.c") for name in re.findall(r'\.name = "([\w-]+)"', path.read_text())}
    pages = {path.name: path.read_text() for path in PAGES.glob("*.md") if path.name != "README.md"}
    for alert, page in known.items():
        if page not in pages:
            yield f"{alert} names {page}, which is not there"
    for name, text in pages.items():
        said = re.search(r"^Alerts: (.*)$", text, re.M)
        if not said or set(said[1].split(", ")) != {alert for alert, page in known.items() if page == name}:
            yield f"{name} is not the page of the alerts that it says"
        if f"({name})" not in index:
            yield f"{name} is missing in the list of pages"
        for command in re.findall(r"`slipway ([\w-]+)", text):
            if command not in commands:
                yield f"{name} says slipway {command}, which is no command"
        for line in re.findall(r"`(kubectl [^`]*)`", text):
            if " -n ecommerce " not in line:
                yield f"{name}: {line} looks into another namespace"
            for workload in re.findall(r"(?:deployment/|app=)(\S+)", line):
                if workload != "SERVICE-service":
                    yield f"{name}: there is no workload {workload}"
    if len(known) < 10:
        yield f"only {len(known)} alerts were found"


def main():
    wrong = list(faults())
    print("1..1\n" + "".join(f"# {line}\n" for line in wrong) + ("not ok" if wrong else "ok") + " 1 - alerts and runbooks fit")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
