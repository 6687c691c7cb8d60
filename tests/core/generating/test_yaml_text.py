from __future__ import annotations

import msgspec
import pytest
import ryaml
import yaml
from hypothesis import given
from hypothesis import strategies as st

from polymock.documents.parsing import to_json
from polymock.generating.yaml_text import to_yaml

HOSTILE = [
    "yes",
    "ON",
    "n",
    "null",
    "~",
    "1e3",
    "0o17",
    "1_000",
    "12:30:45",
    ".inf",
    "2026-01-01",
    "!!python/object:os.system x",
    "&a *a",
    "a: b",
    "a #b",
    "- a",
    "---\n...",
    "x\ny: z",
    "{{ .Values.x }}",
    "${HOME} $(id)",
    "'\"\\",
    "\u2028\x85\ufeff\x00\x1b",
    "",
    " ",
    "%TAG",
    "🦊 ünï",
]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(TEXTS, VALUES, max_size=5)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_a_text_for_readers_of_both_versions(text: str) -> None:
    written = to_yaml({"before": 1, text: [text, {text: text}], "after": {"inner": text}})
    expected = {"before": 1, text: [text, {text: text}], "after": {"inner": text}}
    assert yaml.safe_load(written) == expected
    assert ryaml.loads(written) == expected


@given(DOCUMENTS)
def test_what_is_written_is_read_back(document: dict[str, object]) -> None:
    written = to_yaml(document)
    if document:
        assert yaml.safe_load(written) == document
        content = to_json(written.encode(), "a.yaml", 10**6).content
        assert msgspec.json.decode(content) == document


def test_a_surrogate_is_written_as_what_stands_for_no_character() -> None:
    assert yaml.safe_load(to_yaml({"a": "x\ud800"})) == {"a": "x\ufffd"}


def test_comments_stand_above_their_keys() -> None:
    written = to_yaml(
        {"a": {"b": 1}, "c": [{"d": 2}]},
        {("a",): "of a", ("a", "b"): "of b", ("c", "[]", "d"): "of d"},
        "of all",
    )
    assert written.splitlines() == [
        "# of all",
        "# of a",
        "a:",
        "  # of b",
        "  b: 1",
        "c:",
        "  # of d",
        "  - d: 2",
    ]


def test_plain_words_have_no_quotes() -> None:
    words = {"kind": "Deployment", "at": "/graphql", "x/y": "data/pets.json", "empty": [], "no": {}}
    assert to_yaml(words) == (
        'kind: Deployment\nat: /graphql\nx/y: data/pets.json\nempty: []\n"no": {}\n'
    )
