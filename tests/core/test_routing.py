"""The router, case by case, and against a naive matcher of regular expressions."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polymock.routing import MAX_PATH, MAX_SEGMENTS, Router


def router(*templates: str) -> Router[str]:
    """A router of GET routes, each with its own template as value."""
    return Router(("GET", template, template) for template in templates)


@pytest.mark.parametrize(
    ("template", "path", "captures"),
    [
        ("/pets", "/pets", {}),
        ("/", "/", {}),
        ("", "/", {}),
        ("/", "", {}),
        ("pets", "/pets", {}),
        ("/pets/{petId}", "/pets/7", {"petId": "7"}),
        ("/pets/{petId}", "/pets/a%2Fb", {"petId": "a%2Fb"}),
        ("/pets/{petId}", "/pets/a%2fb", {"petId": "a%2Fb"}),
        ("/pets/{petId}", "/pets/%41%7E", {"petId": "A~"}),
        ("/pets/{petId}", "/pets/;petId=1,2", {"petId": ";petId=1,2"}),
        ("/pets/{petId}", "/pets/é", {"petId": "%C3%A9"}),
        ("/pets/{petId}", "/pets/100%", {"petId": "100%"}),
        ("/a/{b}.json", "/a/x.json", {"b": "x"}),
        ("/a/{b}.json", "/a/x.json.json", {"b": "x.json"}),
        ("/a/{b}:verb", "/a/x:verb", {"b": "x"}),
        ("/{a}-{b}", "/x-y-z", {"a": "x", "b": "y-z"}),
        ("/{a}2{b}", "/x%20y2z", {"a": "x%20y", "b": "z"}),
        ("/{base}...{head}", "/main...topic", {"base": "main", "head": "topic"}),
        ("/Products({id})", "/Products(7)", {"id": "7"}),
        ("/{id}{ext}", "/report.pdf", {"id": "report", "ext": ".pdf"}),
        ("/{id}{ext}", "/report", {"id": "repor", "ext": "t"}),
        ("/{a}{b}-{c}", "/xy-z.w", {"a": "x", "b": "y", "c": "z.w"}),
        ("/caf%c3%a9/%7Euser", "/caf%C3%A9/~user", {}),
        ("/café", "/caf%C3%A9", {}),
        ("/caf%C3%A9", "/café", {}),
        ("/a b/{c}", "/a%20b/c", {"c": "c"}),
        ("/a+(b)*[c]/{d}.^$", "/a+(b)*%5Bc%5D/x.^$", {"d": "x"}),
        ("/a//b", "/a//b", {}),
        ("/{a}/{a}", "/1/2", {"a": "2"}),
        ("/a/{b}?x=1", "/a/1", {"b": "1"}),
        ("/a#part/{b}", "/a", {}),
        ("/a{?x,y}", "/a", {}),
        ("/a/{b", "/a/%7Bb", {}),
        ("/a{/b}", "/a/1", {"b": "1"}),
        ("/a{/b*}", "/a/1/2", {"b": "1/2"}),
        ("/a{.b}", "/a.1", {"b": "1"}),
        ("/files/{+path}", "/files/a/b.txt", {"path": "a/b.txt"}),
        ("/files/{path*}", "/files/a", {"path": "a"}),
        ("/files/{+path}", "/files/a/", {"path": "a/"}),
        ("/files/{+path}/meta", "/files/a/meta/b/meta", {"path": "a/meta/b"}),
        ("/v1/{+name}:cancel", "/v1/operations/7:cancel", {"name": "operations/7"}),
        ("/pets", "/pets/", {}),
        ("/pets/", "/pets", {}),
        ("/pets/{id}", "/pets/7/", {"id": "7"}),
        ("/pets", "/x/../pets", {}),
        ("/pets", "/./pets/.", {}),
        ("/pets", "/../../pets", {}),
    ],
)
def test_matches(template: str, path: str, captures: dict[str, str]) -> None:
    assert router(template).find("GET", path) == (template, captures)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/pets", "/Pets"),
        ("/pets/{petId}", "/pets/1/2"),
        ("/pets/{petId}", "/pets//"),
        ("/pets/{petId}/toys", "/pets//toys"),
        ("/a/b", "/a%2Fb"),
        ("/a/b", "/a//b"),
        ("/a.c", "/abc"),
        ("/a/{b}.json", "/a/.json"),
        ("/a/{b}:verb", "/a/x%3Averb"),
        ("/{a}-{b}", "/x-"),
        ("/{a}0", "/x%20"),
        ("/files/{+path}", "/files/"),
        ("/pets", "/pets//"),
    ],
)
def test_matches_not(template: str, path: str) -> None:
    assert router(template).find("GET", path) is None


@pytest.mark.parametrize(
    ("templates", "path", "winner"),
    [
        (("/pets/{id}", "/pets/mine"), "/pets/mine", "/pets/mine"),
        (("/a/b/d", "/a/{x}/c"), "/a/b/c", "/a/{x}/c"),
        (("/{x}/b", "/a/{y}"), "/a/b", "/a/{y}"),
        (("/{x}", "/{x}.json", "/{x}-list.json"), "/a-list.json", "/{x}-list.json"),
        (("/{x}", "/{x}.json", "/{x}-list.json"), "/a.json", "/{x}.json"),
        (("/{x}", "/{x}.json", "/{x}-list.json"), "/a", "/{x}"),
        (("/{+p}", "/{x}", "/{x}/b"), "/a/b", "/{x}/b"),
        (("/{+p}", "/{x}", "/{x}/b"), "/a/c", "/{+p}"),
        (("/a/{x}", "/a/{y}"), "/a/1", "/a/{x}"),
        (("/a", "/a/"), "/a/", "/a/"),
        (("/a", "/a/"), "/a", "/a"),
        (("/{+p}/meta", "/{+p}"), "/a/meta", "/{+p}/meta"),
        (("/{+p}/{x}/{+q}", "/{+p}/d"), "/a/b/c/d", "/{+p}/{x}/{+q}"),
    ],
)
def test_the_most_static_template_wins(templates: tuple[str, ...], path: str, winner: str) -> None:
    for order in (templates, templates[::-1]) if winner != "/a/{x}" else (templates,):
        found = router(*order).find("GET", path)
        assert found is not None
        assert found[0] == winner


def test_the_method_decides_among_templates() -> None:
    routes = Router(
        [
            ("get", "/pets/mine", "mine"),
            ("DELETE", "/pets/{id}", "delete"),
            ("PUT", "/pets/{petId}", "put"),
        ]
    )
    assert routes.find("GET", "/pets/mine") == ("mine", {})
    assert routes.find("DELETE", "/pets/mine") == ("delete", {"id": "mine"})
    assert routes.find("PUT", "/pets/mine") == ("put", {"petId": "mine"})
    assert routes.find("PATCH", "/pets/mine") is None
    assert routes.methods("/pets/mine") == ("DELETE", "GET", "PUT")
    assert routes.methods("/pets/7/") == ("DELETE", "PUT")
    assert routes.methods("/pets") == ()


def test_captures_are_the_callers_own() -> None:
    routes = router("/pets")
    first = routes.find("GET", "/pets")
    assert first is not None
    first[1]["x"] = "1"
    assert routes.find("GET", "/pets") == ("/pets", {})


@pytest.mark.parametrize(
    "path",
    [
        "/" + "a" * MAX_PATH,
        "/a" * (MAX_SEGMENTS + 1),
        "/" * MAX_PATH,
        "/%",
        "/%zz/%0",
        "/\x00\ud800",
        "?#",
        "/" + "%2E" * 100,
    ],
)
def test_a_hostile_path_is_only_not_found(path: str) -> None:
    assert router("/pets/{id}", "/a/{+b}/{c}-{d}/x").find("GET", path) is None


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/" + "{a}-" * 500 + "x", "/" + "-" * (MAX_PATH - 1)),
        ("/" + "{a}" * 2000 + "!", "/" + "." * (MAX_PATH - 1)),
        ("/{+a}/x/{+b}/x/{+c}/x/{+d}/x/{+e}/y", "/x" * MAX_SEGMENTS),
        ("/{+a}-{b}/{+c}-{d}/{+e}-{f}/!", "/-" + "-/" * (MAX_SEGMENTS - 2)),
    ],
)
def test_no_template_makes_matching_explode(template: str, path: str) -> None:
    routes = router(template, *(f"/{{+a{n}}}/x{n}/{{+b}}" for n in range(20)))
    spent = time.process_time()
    assert routes.find("GET", path) is None
    assert time.process_time() - spent < 5, "a search that should take milliseconds"


def test_a_template_beyond_the_limits_is_left_out() -> None:
    routes = router("/a" * 5000, "/pets")
    assert routes.find("GET", "/a" * 5000) is None
    assert routes.find("GET", "/pets") == ("/pets", {})


# A naive matcher: one regular expression a template, the best of all that match. What spans stands
# last only: elsewhere the route depends on how much it takes, which a rank of templates cannot say.

literals = st.text(alphabet="ab.-", min_size=1, max_size=3).filter(lambda s: s not in (".", ".."))
mixed = st.builds(
    lambda head, middle, tail: f"{head}{{p}}{middle}{'{q}' if middle else ''}{tail}",
    st.sampled_from(["", "a", "-"]),
    st.sampled_from(["", ".", "-", "ab"]),
    st.sampled_from(["", "b", ".a"]),
)
pieces = st.one_of(literals, mixed, st.sampled_from(["{p}", ""]))
templates = st.builds(
    lambda found, last: "/" + "/".join([*found, *last]),
    st.lists(pieces, min_size=1, max_size=3),
    st.sampled_from([[], [], ["{+r}"], ["{r*}"]]),
)
paths = st.lists(
    st.text(alphabet="ab.-", max_size=5).filter(lambda s: s not in (".", "..")),
    min_size=1,
    max_size=5,
).map(lambda found: "/" + "/".join(found))
methods = st.sampled_from(["GET", "PUT"])


def naive_pattern(template: str) -> re.Pattern[str]:
    source = ""
    for segment in template[1:].split("/"):
        source += "/"
        one = ".+?" if re.search(r"\{\+|\*\}", segment) else "[^/]+?"
        for part in re.split(r"(\{[^}]*\})", segment):
            source += f"({one})" if part.startswith("{") else re.escape(part)
    return re.compile(source)


def naive_rank(template: str) -> list[tuple[int, int, int, list[str]]]:
    rank = []
    for segment in template[1:].split("/"):
        texts = re.split(r"\{[^}]*\}", segment)
        kind = 3 if re.search(r"\{\+|\*\}", segment) else 2 if texts == ["", ""] else 1
        kind = 0 if len(texts) == 1 else kind
        rank.append((kind, -sum(map(len, texts)) if kind else 0, len(texts), texts))
    return rank


def naive_find(
    routes: list[tuple[str, str]], method: str, path: str
) -> tuple[str, list[str]] | None:
    for exact in (path, path[:-1] if path.endswith("/") else path + "/"):
        matches = [
            (template, found)
            for its_method, template in routes
            if its_method == method and (found := naive_pattern(template).fullmatch(exact))
        ]
        if matches:
            template, found = min(matches, key=lambda match: naive_rank(match[0]))
            return template, list(found.groups())
    return None


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(methods, templates), max_size=8), methods, paths)
def test_agrees_with_a_naive_matcher(routes: list[tuple[str, str]], method: str, path: str) -> None:
    compiled = Router((its_method, template, template) for its_method, template in routes)
    expected = naive_find(routes, method, path)
    found = compiled.find(method, path)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert naive_rank(found[0]) == naive_rank(expected[0])
        names = re.findall(r"\{\+?([a-z])\*?\}", found[0])
        assert found[1] == dict(zip(names, expected[1], strict=True))
    assert compiled.methods(path) == tuple(
        each for each in ("GET", "PUT") if naive_find(routes, each, path)
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5), st.text(max_size=60))
def test_any_text_is_taken_as_template_and_path(found: list[str], path: str) -> None:
    compiled = router(*found)
    compiled.find("GET", path)
    compiled.find("GET", "/" + path)
    assert compiled.methods(path) in ((), ("GET",))
