from __future__ import annotations

import pytest

from polymock.generating.readme_file import escaped


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Pet store", "Pet store"),
        ("a\n# b\x1b[31m", "a \\# b\\[31m"),
        ("x | y", "x \\| y"),
        ("<script>", "\\<script\\>"),
        ("[a](javascript:b)", "\\[a\\]\\(javascript\\:b\\)"),
        ("{{ x }} ${y} `z`", "\\{\\{ x \\}\\} \\$\\{y\\} \\`z\\`"),
    ],
)
def test_a_title_is_one_line_that_means_nothing(title: str, expected: str) -> None:
    assert escaped(title) == expected


def test_a_long_title_is_cut() -> None:
    assert len(escaped("x" * 5000)) == 120
