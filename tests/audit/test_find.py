"""Which files slipway check looks at: what .gitignore files name, links, charts and what can't be read, for any --jobs."""

import json
import os
import pathlib
import subprocess
import sys

import folder_cases

SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
DEPTH_MOST = 100


def looked_at(folder, *paths, jobs=1):
    """The paths with a finding, in the order of the report: a Dockerfile of these tests has one each."""
    command = [SLIPWAY, "check", "--level", "info", "--format", "json", "--jobs", str(jobs)]
    command += ["--only", "DF002,AU001", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return [finding["file"] for finding in json.loads(done.stdout)]


def add(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("FROM debian\n")


def expect(folder, expected, *paths):
    for jobs in (1, 4):
        found = looked_at(folder, *paths, jobs=jobs)
        assert found == sorted(expected), (jobs, found)


def inner_patterns_win(folder):
    """A .gitignore holds below its folder, and one further in may take back what it says."""
    kept = ["a/keep/Dockerfile", "a/b/gone/Dockerfile", "c/gone/Dockerfile", "d/Dockerfile"]
    add(folder, *kept, "a/gone/Dockerfile", "a/b/other/Dockerfile", "out/x/Dockerfile", "d/out/Dockerfile")
    (folder / ".gitignore").write_text("out/\n")
    (folder / "a/.gitignore").write_text("gone\n")
    (folder / "a/b/.gitignore").write_text("!gone\n/other/\n")
    (folder / "c/.gitignore").symlink_to("absent")
    expect(folder, kept)
    (folder / "elsewhere").write_text("gone\n")
    (folder / "c/.gitignore").unlink()
    (folder / "c/.gitignore").symlink_to("../elsewhere")
    expect(folder, [path for path in kept if path != "c/gone/Dockerfile"])


def links_and_charts_are_passed_over(folder):
    add(folder, "a/Dockerfile", "chart/Dockerfile", "chart/sub/Dockerfile", "node_modules/x/Dockerfile", ".git/Dockerfile")
    (folder / "chart/Chart.yaml").write_text("apiVersion: v2\nname: x\n")
    (folder / "link").symlink_to("a")
    (folder / "a/Dockerfile.link").symlink_to("Dockerfile")
    os.mkfifo(folder / "a/Dockerfile.pipe")
    expect(folder, ["a/Dockerfile"])


def several_paths_overlap(folder):
    add(folder, "a/b/Dockerfile", "a/Dockerfile", "c/Dockerfile")
    expect(folder, ["a/Dockerfile", "a/b/Dockerfile", "c/Dockerfile"], "c", "a/b", "a")


def too_deep_is_said(folder):
    deep = "/".join(["d"] * DEPTH_MOST)
    add(folder, f"{deep}/Dockerfile", f"{deep}/d/Dockerfile")
    expect(folder, [f"{deep}/Dockerfile", f"{deep}/d"])


folder_cases.run((inner_patterns_win, links_and_charts_are_passed_over, several_paths_overlap, too_deep_is_said))
