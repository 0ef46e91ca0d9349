"""String tables in generated C: what the generators of tables share."""

import re

WIDTH = 88


def write_strings(out, strings):
    """Initialisers of an array of strings, broken at spaces where a line would get too long."""
    for text in strings:
        lines, line = [], ""
        for word in re.findall(r"\S+\s*", text):
            if line and len(line) + len(word) > WIDTH:
                lines.append(line)
                line = ""
            line += word
        lines.append(line)
        out.write("    " + "\n      ".join(f'"{part}"' for part in lines) + ",\n")
