"""What is printed of results."""

import pytest

from polymock.output import print_table

COLUMNS = ("name", "status", "mocks", "admin", "note")
ROWS = [
    ("pets", "running", "http://127.0.0.1:40001/pets", "http://127.0.0.1:40002", ""),
    ("shop", "ended", "http://127.0.0.1:40003/shop", "http://127.0.0.1:40004", "crashed"),
]


@pytest.fixture
def terminal(monkeypatch):
    """Standard output is a terminal of this width."""

    def narrow(width):
        monkeypatch.setattr("rich.console.Console.is_terminal", property(lambda _: True))
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("LINES", "25")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("NO_COLOR", "1")

    return narrow


def print_rows():
    print_table(COLUMNS, [(*row[:4], row[4]) for row in ROWS])


def test_a_table_that_is_too_wide_is_told_row_by_row(terminal, capsys):
    terminal(60)
    print_rows()
    assert capsys.readouterr().out == (
        "name:   pets\n"
        "status: running\n"
        "mocks:  http://127.0.0.1:40001/pets\n"
        "admin:  http://127.0.0.1:40002\n"
        "\n"
        "name:   shop\n"
        "status: ended\n"
        "mocks:  http://127.0.0.1:40003/shop\n"
        "admin:  http://127.0.0.1:40004\n"
        "note:   crashed\n"
    )


def test_a_table_that_fits_is_a_table(terminal, capsys):
    terminal(100)
    print_rows()
    lines = capsys.readouterr().out.splitlines()
    assert "name" in lines[0] and "note" in lines[0]
    assert len(lines) == 4


def test_only_the_widest_column_folds(terminal, capsys):
    terminal(60)
    print_table(("property", "value"), [("description", "x" * 100)])
    text = capsys.readouterr().out
    assert "description" in text
    assert text.count("x") == 100
    assert all(len(line) <= 60 for line in text.splitlines() if "x" in line)


def test_elsewhere_nothing_is_folded(capsys):
    print_table(("property", "value"), [("description", "x" * 1000)])
    assert "x" * 1000 in capsys.readouterr().out
