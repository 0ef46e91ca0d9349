"""Cases that each get an empty folder, as TAP on stdout."""

import pathlib
import sys
import tempfile


def run(cases):
    """Runs each and ends the program: 1 when one of them failed."""
    failed = 0
    print(f"1..{len(cases)}")
    for number, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                case(pathlib.Path(folder))
                print("ok", number, "-", case.__name__.replace("_", " "))
            except AssertionError as error:
                failed += 1
                print("not ok", number, "-", case.__name__.replace("_", " "), "\n#", str(error)[:500])
    sys.exit(1 if failed else 0)
