"""The HTTP/2 server keeps to RFC 9113 and RFC 7541 as h2spec reads them."""

import re
import subprocess
import tempfile
import xml.etree.ElementTree as xml

import net_probe
import prove

# What h2spec wants otherwise, and why it stays.
KNOWN = {
    "Sends invalid connection preface": "the port serves HTTP/1.1 too, which answers 400 and closes",
    "Sends stream identifier that is numerically smaller than previous": "nghttp2 ignores the frame",
}


def cases(report):
    for suite in xml.parse(report).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            failure = case.find("failure")
            broken = case.find("error") if failure is None else failure
            text = None if broken is None else re.sub(r"\s+", " ", broken.text or "failed")
            yield f"{suite.get('package')}: {case.get('classname')}", text


def proof():
    h2spec = prove.go_tool("github.com/summerwind/h2spec/cmd/h2spec", "v2.2.1+incompatible")
    with net_probe.serving() as (http, _), tempfile.NamedTemporaryFile(suffix=".xml") as report:
        subprocess.run(
            [str(h2spec), "-h", "127.0.0.1", "-p", str(http), "-o", "5", "-j", report.name],
            stdout=subprocess.DEVNULL, check=False, timeout=300,
        )
        for name, failure in cases(report.name):
            known = next((reason for words, reason in KNOWN.items() if words in name), None)
            yield f"{name} ({known})" if known and failure else name, None if known else failure


prove.main(proof)
