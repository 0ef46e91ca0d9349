"""The reports of slipway check: bounded, escaped, and marked for who is to see them."""

import json
import pathlib
import re
import subprocess
import sys

import folder_cases

SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
ENDLESS = 300_000


def report(folder, form, *flags):
    command = [SLIPWAY, "check", "--level", "info", "--format", form, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode != 1:
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return done.stdout


def endless_lines_are_cut(folder):
    """A line, a message that quotes it and a note, each as long as the file."""
    (folder / "compose.yaml").write_text("services: {a: {privileged: true, image: " + "é" * ENDLESS + "}}\n")
    (folder / "Dockerfile").write_text("FROM debian:12\nRUN sudo make " + "a " * ENDLESS + "\n")
    for form, most in (("text", 3000), ("github", 2500), ("json", 10_000), ("sarif", 10_000)):
        out = report(folder, form, "--only", "CO002,CO013,DF037")
        body = out if form != "sarif" else json.dumps(json.loads(out)["runs"][0]["results"])
        assert all(len(line) < most for line in out.splitlines()), form
        assert len(body.encode()) < 30_000, (form, len(body))


def privileges_are_marked(folder):
    (folder / "compose.yaml").write_text("services: {a: {privileged: true, image: nginx}}\n")
    assert report(folder, "text").endswith("escalate: security (1 of them gives privileges)\n")
    marks = {f["rule"]: f.get("escalate") for f in json.loads(report(folder, "json"))}
    assert marks["CO013"] == "security" and marks["CO002"] is None, marks
    run = json.loads(report(folder, "sarif"))["runs"][0]
    for entries, key in ((run["results"], "ruleId"), (run["tool"]["driver"]["rules"], "id")):
        tags = {entry[key]: entry.get("properties", {}).get("tags", []) for entry in entries}
        assert "escalate: security" in tags["CO013"] and not tags["CO002"], key


def commands_are_escaped(folder):
    """What a file holds can't begin a command of its own, nor end the one it stands in."""
    place = folder / "a,b:c%d"
    place.mkdir()
    (place / "compose.yaml").write_text('services: {a: {image: "x:1", "k%41\\n::error::y\\e[31m": 1}}\n')
    lines = [line for line in report(folder, "github", "--only", "CO001").splitlines() if line]
    assert lines and all(re.match(r"::(error|warning|notice) file=[^,:]*,line=\d+,", line) for line in lines), lines
    assert all("file=a%2Cb%3Ac%25d/compose.yaml," in line for line in lines), lines
    assert any("k%2541%0A::error::y\\x1b[31m" in line for line in lines), lines


def a_named_rule_is_shown(folder):
    """At the default level too, and a level may be called as findings call it."""
    (folder / "compose.yaml").write_text("services: {a: {image: nginx, container_name: a}}\n")

    def rules(*flags):
        command = [SLIPWAY, "check", "--format", "json", *flags]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        return {finding["rule"] for finding in json.loads(done.stdout)}

    assert "CO008" not in rules() and "CO002" in rules(), rules()
    assert rules("--only", "CO008") == {"CO008"}
    assert rules("--only", "CO008", "--level", "warn") == set()
    assert rules("--level", "warning") == rules("--level", "warn")


folder_cases.run((endless_lines_are_cut, privileges_are_marked, commands_are_escaped, a_named_rule_is_shown))
