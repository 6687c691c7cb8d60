"""Coverage as JUnit XML, which continuous integration reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from polymock_schemas.log_coverage import CoverageFigure, CoverageResult, CoveredPart

ALL = "all"
"""The kind of the figure of all kinds together."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped (section 2.2)."""


def junit(result: CoverageResult) -> str:
    """The result as JUnit XML: a suite for each mock, a case for each part that is listed, a
    failure where it was never exercised. Suites count all parts of their mock, listed or not."""
    totals = [each for each in result.figures if each.kind == ALL]
    root = Xml.Element("testsuites", {"name": "polymock coverage", **_counts(totals)})
    for total in totals:
        suite = Xml.SubElement(root, "testsuite", {"name": _text(total.mock), **_counts([total])})
        properties = Xml.SubElement(suite, "properties")
        for figure in result.figures:
            if figure.mock == total.mock:
                name = f"coverage.{figure.kind}"
                Xml.SubElement(properties, "property", name=name, value=f"{figure.percent:g}")
        for part in result.parts:
            if part.mock == total.mock:
                _case(suite, part)
        notes = [f"{note}." for note in result.notes]
        if notes:
            Xml.SubElement(suite, "system-out").text = _text("\n".join(notes))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: Xml.Element, part: CoveredPart) -> None:
    holder = part.operation or part.place
    case = Xml.SubElement(
        suite,
        "testcase",
        classname=_text(".".join(filter(None, (part.mock, part.kind)))),
        name=_text(" ".join(filter(None, (holder, told(part))))),
        time="0",
    )
    if not part.covered:
        message = f"never exercised: {part.kind} {told(part)}"
        failure = Xml.SubElement(case, "failure", type="uncovered", message=_text(message))
        failure.text = _text(f"{holder}: no recorded call had the {part.kind} {told(part)}.")


def _counts(figures: Sequence[CoverageFigure]) -> dict[str, str]:
    parts = sum(each.parts for each in figures)
    failures = parts - sum(each.covered for each in figures)
    return {"tests": str(parts), "failures": str(failures), "errors": "0", "time": "0"}


def told(part: CoveredPart) -> str:
    """A part's name, with where it stands."""
    if part.kind in ("field", "input"):
        return f"{part.place}.{part.name}"
    if part.kind == "argument":
        return f"{part.place}({part.name})"
    return f"{part.place} {part.name}".strip()


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
