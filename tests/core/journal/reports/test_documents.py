"""Reports as documents, of calls whose every text is meant to do harm."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest
from rich.cells import cell_len

from polymock.journal.reports.charts import ticks
from polymock.journal.reports.html import write_html
from polymock.journal.reports.markdown import write_markdown
from polymock.journal.reports.markup import Markup, element
from polymock.journal.reports.text import write_text
from polymock.journal.reports.writing import write
from polymock_schemas.log_reports import Report

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "javascript:alert(1)",
    "[click](http://evil.example) ![x](http://evil.example/x.png)",
    "a | b | c\n| d |",
    "`code` **bold** <b>x</b> @someone #1 www.evil.example",
    "\x1b[2J\x1b]0;title\x07",
    "\u202egnp.exe",
    "界" * 80,
    "x" * 900,
    "%3Cscript%3E",
    "&lt;script&gt;",
    "]]><!--",
)


@pytest.fixture
def hostile(add, report) -> Report:
    """A report of calls by hostile callers."""
    for number, value in enumerate(HOSTILE):
        add(
            number,
            mock=value,
            operation=value,
            path=value,
            user_agent=value,
            principal=value,
            session=value,
            client=value,
            status=400,
            outcome="client_error",
            source="refusal",
            violations=[{"location": value, "message": value}],
            id=f"019ca990-0000-7000-8000-{number:012}",
        )
    return report(most=50)


class Page(HTMLParser):
    """The elements of a page, and its text."""

    VOID = frozenset({"meta", "input", "link", "img", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


KNOWN = frozenset(
    (
        *("html", "head", "meta", "title", "style", "body", "header", "nav", "section", "footer"),
        *("div", "h1", "h2", "h3", "p", "b", "i", "a", "span", "code"),
        *("fieldset", "input", "label", "table", "thead", "tbody", "tr", "th", "td"),
        *("svg", "rect", "line", "text", "circle", "polyline"),
    )
)


def test_the_page_holds_no_markup_of_callers(hostile):
    page = Page(write_html(hostile))
    assert page.open == []
    assert {tag for tag, _ in page.elements} <= KNOWN
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert set(attributes) & {"src", "style", "xlink:href", "action"} == set()
        assert tag != "a" or re.fullmatch(r"#[a-z]+", attributes["href"] or "")
    shown = "".join(page.text)
    assert "<script>alert(1)</script>" in shown
    assert "&lt;script&gt;" in shown
    assert "\u202e" not in shown
    assert "\x1b" not in shown


def test_the_page_needs_nothing_else(hostile):
    page = write_html(hostile)
    policy = next(a for _, a in Page(page).elements if a.get("http-equiv"))
    assert policy["content"].startswith("default-src 'none'")
    assert "url(" not in page
    assert "@import" not in page
    assert "<script" not in page


def test_the_text_fits_a_hundred_columns(hostile):
    lines = write_text(hostile).splitlines()
    assert max(map(cell_len, lines)) <= 100
    assert all(line.isprintable() for line in lines)


def test_markdown_holds_no_markup_of_callers(hostile):
    written = write_markdown(hostile)
    rows = [line for line in written.splitlines() if line.startswith("|")]
    tables = re.split(r"\n\n", written)
    for block in tables:
        counts = {
            len(re.findall(r"(?<!\\)\|", line))
            for line in block.splitlines()
            if line.startswith("|")
        }
        assert len(counts) <= 1
    assert len(rows) > 60
    assert not re.search(r"<(?!0\.1)", written)
    assert "http:" not in written
    assert "www." not in written
    assert "@someone" not in written
    assert not re.search(r"(?<!\\)\]\(", written)


def test_charts_and_figures_are_on_the_page(add, report):
    for number in range(120):
        add(number, outcome="ok" if number % 10 else "server_error", latency_us=1000 + number)
    page = write_html(report())
    assert page.count('class="hit"') == 2 * 60
    assert 'class="line p95"' in page
    assert "2026-03-01 12:00:00 UTC: 2 calls, 1 server error" in page
    assert "<b>120</b>" in page
    for section in ("calls", "latency", "answers", "operations", "errors", "callers", "slowest"):
        assert f'<section id="{section}">' in page


def test_a_report_of_nothing_is_written_too(report):
    found = report()
    for document in (write_text(found), write_markdown(found), write_html(found)):
        assert "The journal is empty: send a call to a mock, then ask again." in document.replace(
            "&#58;", ":"
        )


def test_one_call_is_written(add, report):
    add()
    found = report()
    assert "1, " in write_text(found)
    assert "Traffic report" in write_html(found)


def test_json_is_the_report_itself(add, report):
    add()
    found = report()
    assert msgspec.json.decode(write(found, "json"), type=Report) == found
    assert write(found, None) == ""


def test_elements_escape_what_is_not_markup():
    made = element("p", "<b>", Markup("<i></i>"), None, title='"<', data_x=1.25, class_=None)
    assert made == '<p title="&quot;&lt;" data-x="1.2">&lt;b&gt;<i></i></p>'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (5, [0, 1, 2, 3, 4, 5]),
        (7, [0, 2, 4, 6, 8]),
        (269_000, [0, 100_000, 200_000, 300_000]),
        (4_460, [0, 1000, 2000, 3000, 4000, 5000]),
    ],
)
def test_an_axis_has_round_numbers(value, expected):
    assert ticks(value) == expected
