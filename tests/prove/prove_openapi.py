"""schemathesis finds no answer of the product service that its /openapi.json does not promise."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import prove

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

from support import tokens  # noqa: E402 (the path is set above)
from support.service import Service  # noqa: E402
from support.servers import Servers  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent / "openapi"


def cases(report):
    for suite in xml.parse(report).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            broken = [part.get("message") or part.text or "failed"
                      for kind in ("failure", "error") for part in case.findall(kind)]
            text = re.sub(r"\n\s*\n+", "\n", "\n".join(broken)).strip() or None
            yield case.get("name"), text


def proof():
    python = prove.python_with("schemathesis==4.32.5")
    servers = Servers(os.environ["TEST_SERVERS"], "postgres")
    try:
        if "postgres" not in servers.ports:
            raise prove.Unavailable(servers.reasons["postgres"])
        more = {"KAFKA_BROKERS": "none", "SEED_DATA": "true", "LOG_LEVEL": "warn"}
        with tempfile.TemporaryDirectory() as room, Service(sys.argv[1], "product", servers, "openapi", more) as service:
            report = os.path.join(room, "report.xml")
            admin = tokens.access(role="admin", exp=4102444800)
            done = subprocess.run(
                [python.parent / "schemathesis", "--config-file", HERE / "schemathesis.toml",
                 "run", f"http://127.0.0.1:{service.port}/openapi.json",
                 "--header", f"Authorization: Bearer {admin}", "--checks", "all",
                 "--exclude-checks", "positive_data_acceptance",  # openapi_rules.accepts_what_fits stands for it
                 "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "100", "--seed", "1",
                 "--generation-database", "none", "--continue-on-failure", "--no-color",
                 "--report", "junit", "--report-junit-path", report],
                cwd=room, capture_output=True, text=True, check=False, timeout=900,
                env={**os.environ, "SCHEMATHESIS_HOOKS": "openapi_rules", "PYTHONPATH": str(HERE)},
            )
            if not os.path.exists(report):
                yield "schemathesis runs", done.stdout + done.stderr
                return
            yield from cases(report)
            yield "schemathesis ends without a complaint", done.stdout if done.returncode else None
    finally:
        servers.close()


prove.main(proof)
