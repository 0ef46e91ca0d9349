#!/usr/bin/env python3
"""The checks themselves: each must find what it is there for, and nothing else."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import check_layers
import check_sizes
import check_tree
import golden
import run_tests

SOURCE = """
#define NOT_A_FUNCTION(x) { x; }
static const Point origin = { .x = 1, .y = { 2 } };
struct Point { int x; };
/* void commented(int a) { } */
int plain(void)
{
    char *brace = "}{";
    return *brace == '{';
}
static bool wide(int a, int (*f)(int, int), int c) __attribute__((nonnull))
{
    Point p = (Point){ .x = ({ int t = a; t; }) };
    for (;;) {
        vec_foreach(item, &list) {
            if (c) { while (c) { c--; } }
        }
    }
}
"""


class Sizes(unittest.TestCase):
    def test_finds_functions_with_their_measures(self):
        found = list(check_sizes.functions(SOURCE))
        self.assertEqual(found, [("plain", 6, 4, 0, 0), ("wide", 11, 8, 3, 4)])

    def test_complains_of_each_limit(self):
        deep = "{ if (a) " * 5 + ";" + "}" * 5
        text = "void f(a, b, c, d, e, f, g)\n{\n" + "x;\n" * 60 + deep + "\n}\n"
        found = " ".join(check_sizes.check_functions("f.c", text))
        self.assertIn("63 lines", found)
        self.assertIn("7 parameters", found)
        self.assertIn("blocks nest 5 deep", found)


class Layers(unittest.TestCase):
    def check(self, path, include):
        path = pathlib.Path(path)
        kind, target = include[0], include[1:-1]
        room = check_layers.room_of(path)
        if kind == "<":
            return check_layers.check_system(room, target)
        return check_layers.check_own(path, room, target)

    def test_refuses_what_stands_to_the_right(self):
        self.assertIsNone(self.check("lib/net/http.c", '"loop/loop.h"'))
        self.assertIsNotNone(self.check("lib/loop/loop.c", '"net/http.h"'))
        self.assertIsNotNone(self.check("services/product/main.c", '"base/str.h"'))
        self.assertIsNone(self.check("services/product/main.c", '"chassis/app.h"'))
        self.assertIsNotNone(self.check("slipway/model/catalog.c", '"stack/plan.h"'))

    def test_refuses_private_and_owned_headers_elsewhere(self):
        self.assertIsNotNone(self.check("slipway/stack/plan.c", '"model/internal.h"'))
        self.assertIsNone(self.check("slipway/model/build.c", '"model/internal.h"'))
        self.assertIsNotNone(self.check("chassis/app.c", "<uv.h>"))
        self.assertIsNone(self.check("lib/loop/loop.c", "<uv.h>"))


class Tree(unittest.TestCase):
    def test_knows_a_path_of_one_machine(self):
        home = "/".join(("", "home", "somebody", "x"))
        self.assertTrue(check_tree.MACHINE_PATH.search(f"path = {home}"))
        self.assertFalse(check_tree.MACHINE_PATH.search("/home/nonroot/.cache and $HOME/work/x"))


class Tap(unittest.TestCase):
    def test_counts_points_and_names_skips(self):
        tally = run_tests.Tally()
        output = "1..4\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no docker\n# ok - d\nok 4 e\n"
        tally.add({"name": "t", "result": "FAIL", "stdout": output})
        tally.add({"name": "u", "result": "SKIP", "stdout": "1..0 # SKIP needs Postgres\n"})
        tally.add({"name": "v", "result": "FAIL", "stdout": "1..2\nok 1 - a\n"})
        tally.add({"name": "w", "result": "SKIP", "stdout": "why\n"})
        tally.add({"name": "x", "result": "TIMEOUT", "stdout": ""})
        self.assertEqual(tally.passed, 3)
        self.assertEqual(tally.failed, ["t: b", "v (fail)", "x (timeout)"])
        self.assertEqual(
            tally.skipped, [("t: c", "no docker"), ("u", "needs Postgres"), ("w", "why")]
        )


class Golden(unittest.TestCase):
    def test_splits_variables_from_arguments(self):
        split = golden.split_command("A=1 B='x y' render --set a=b # why\n")
        self.assertEqual(split, ({"A": "1", "B": "x y"}, ["render", "--set", "a=b"]))

    def test_shows_every_kind_of_difference(self):
        found = golden.differences({"stdout": b"a\n", "out/x": b""}, {"stdout": b"b\n", "out/y": b"1\n"})
        text = "\n".join(found)
        self.assertIn("out/x: not written", text)
        self.assertIn("out/y: not expected", text)
        self.assertIn("-a\n+b", text)


class InstallPackages(unittest.TestCase):
    """On a machine of stubs: nothing is installed, what would be called is noted."""

    SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools/install_packages.sh"

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.dir.name)
        (self.root / "bin").mkdir()
        self.policy = self.root / "usr/sbin/policy-rc.d"
        self.stub("dpkg-query", "exit 1")
        self.stub("dpkg", 'echo "dpkg $*" >>$ROOT/calls')
        self.stub("id", "echo 0")
        self.stub("sleep", "exit 0")
        self.apt()

    def tearDown(self):
        self.dir.cleanup()

    def stub(self, name, body):
        path = self.root / "bin" / name
        path.write_text("#!/bin/sh\n" + body + "\n")
        path.chmod(0o755)

    def apt(self, update="exit 0", install="exit 0"):
        self.stub("apt-get", f"""
            echo "apt-get $*" >>$ROOT/calls
            cp $ROOT/usr/sbin/policy-rc.d $ROOT/seen-policy
            echo "$https_proxy|$no_proxy" >$ROOT/seen-proxy
            case "$*" in *update*) {update};; *) {install};; esac
        """)

    def run_script(self, **more):
        env = dict(os.environ, PATH=f"{self.root}/bin:{os.environ['PATH']}", ROOT=str(self.root), **more)
        done = subprocess.run([self.SCRIPT, "bench"], env=env, capture_output=True, text=True, timeout=60)
        done.calls = (self.root / "calls").read_text().splitlines() if (self.root / "calls").exists() else []
        return done

    def test_installs_what_is_missing_and_leaves_no_trace(self):
        done = self.run_script()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("libcjson-dev", done.calls[-1])
        self.assertIn("exit 101", (self.root / "seen-policy").read_text())
        self.assertFalse(self.policy.exists())

    def test_calls_nothing_when_all_is_there(self):
        self.stub("dpkg-query", 'for name; do echo "installed $name"; done')
        done = self.run_script()
        self.assertEqual((done.returncode, done.calls), (0, []))

    def test_goes_on_without_network(self):
        self.apt(update="echo 'Could not resolve' >&2; exit 100")
        done = self.run_script()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("install", done.calls[-1])
        self.assertIn("lists that are there", done.stderr)

    def test_waits_for_another_apt(self):
        self.apt(update="[ -e $ROOT/again ] || { touch $ROOT/again; echo 'E: Could not get lock' >&2; exit 100; }")
        done = self.run_script()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sum("update" in call for call in done.calls), 2)
        self.assertIn("waiting for another apt", done.stderr)

    def test_a_failure_shows_what_apt_said_and_exits_3(self):
        self.apt(install="echo 'E: Unable to locate package' >&2; exit 100")
        done = self.run_script()
        self.assertEqual(done.returncode, 3)
        self.assertIn("Unable to locate package", done.stderr)
        self.assertFalse(self.policy.exists())

    def test_keeps_the_machines_own_policy_also_after_a_kill(self):
        self.policy.parent.mkdir(parents=True)
        self.policy.write_text("#!/bin/sh\n# the machine's\nexit 0\n")
        self.apt(install="kill -9 $PPID")
        self.run_script()
        self.assertIn("exit 101", self.policy.read_text())  # left behind by the killed one
        self.apt()
        done = self.run_script()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the machine's", self.policy.read_text())

    def test_hands_the_proxy_on(self):
        self.run_script(https_proxy="http://proxy.example:3128", no_proxy="*.example,localhost")
        seen = (self.root / "seen-proxy").read_text().strip()
        self.assertEqual(seen, "http://proxy.example:3128|*.example,localhost")


if __name__ == "__main__":
    unittest.main(verbosity=0)
