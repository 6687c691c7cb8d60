"""The error bodies that an operation declares: a problem put into them, for clients to know it.

A document that declares `{"code": 7, "message": "…"}` for a refusal's status gets a problem that
has these members too, so that a client's own handling of errors works on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from polymock.errors import NoAnswer, Unsatisfiable
from polymock.media_types import parse_media_type, syntax
from polymock.samples import Sampler
from polymock.world.names import fold
from polymock_openapi.answering.declared import DeclaredBody
from polymock_openapi.answering.failures import TELLING, wording
from polymock_openapi.answering.negotiation import choose_response
from polymock_openapi.model import Endpoint, MediaType

PROBLEM_JSON = "application/problem+json"
MAX_MEMBERS = 64
"""Members of one object of a declared body that are looked at one by one."""
MAX_DEPTH = 8
"""Of objects and lists in a declared body that are searched for a place for the message."""

_PROBLEM = frozenset({"type", "title", "status", "detail", "instance", "violations"})


class ErrorBody(NamedTuple):
    """What is sent as a refusal: its media type and its members."""

    content_type: str
    document: Mapping[str, Any]


class DeclaredErrors:
    """The error bodies of one operation, by status. Each is worked out on its first use."""

    def __init__(self, endpoint: Endpoint, sampler: Sampler, seed: int) -> None:
        self._endpoint = endpoint
        self._sampler = sampler
        self._seed = seed
        self._forms: dict[int, _Form | None] = {}

    def fit(self, problem: Mapping[str, Any]) -> ErrorBody:
        """The problem in the body that is declared for its status, its range or `default`.

        `problem` has all members of RFC 9457. Those that the declared body has otherwise
        (`status` as text, say) keep to the declaration. The problem stays as it is where nothing
        is declared, or no object is both.
        """
        status = problem["status"]
        if status not in self._forms:
            self._forms[status] = self._form(status)
        form = self._forms[status]
        if form is None:
            return ErrorBody(PROBLEM_JSON, problem)
        return ErrorBody(form.content_type, form.fill(problem))

    def _form(self, status: int) -> _Form | None:
        try:
            response = choose_response(self._endpoint.responses, status).response
        except NoAnswer:
            return None
        media = _error_media(response.content) if response else None
        if media is None:
            return None
        content_type = media.name if _is_problem(media) else PROBLEM_JSON
        body = DeclaredBody(media, self._endpoint.definitions, sampler=self._sampler)
        return _Form(content_type, self._template(media, body, status), body)

    def _template(self, media: MediaType, body: DeclaredBody, status: int) -> dict[str, Any]:
        """A sample without what a problem has no use for; {} where there is none of an object."""
        if media.schema is None:
            return {}
        try:
            key = f"{self._endpoint.name} refused {status}"
            template = self._sampler.sample(media.schema, self._seed, key)
        except Unsatisfiable:
            return {}
        return _pruned(template, body.is_valid) if isinstance(template, dict) else {}


class _Form(NamedTuple):
    """A declared body to fill in."""

    content_type: str
    template: dict[str, Any]
    body: DeclaredBody

    def fill(self, problem: Mapping[str, Any]) -> Mapping[str, Any]:
        """The template with the problem told in it and put over it; the problem alone where the
        declared schema has no room for it."""
        if not self.template:
            return problem
        wordings = (problem["detail"], problem["title"])  # a member may be too short for detail
        told = [*(_tell(self.template, problem, words) for words in wordings), self.template]
        for members in told:
            whole = {**members, **problem}
            if self.body.is_valid(whole):
                return whole
        added = {name: value for name, value in problem.items() if name not in self.template}
        for members in told:
            document = {**members, **added}
            if self.body.is_valid(document):
                return self._put_shared(document, problem)
        return problem

    def _put_shared(
        self, document: Mapping[str, Any], problem: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The document with those of the members that both have which its schema admits."""
        for name in problem:
            changed = {**document, name: problem[name]}
            if name in self.template and self.body.is_valid(changed):
                document = changed
        return document


def _pruned(value: Any, fits: Callable[[Any], bool], depth: int = 0) -> Any:
    """A sample without what its schema does not ask for: members that tell no problem, all items
    of a list but one. `fits` tells whether a value may stand in its place."""
    if depth > MAX_DEPTH or not isinstance(value, dict | list):
        return value
    if isinstance(value, list):
        if len(value) > 1 and fits(value[:1]):
            value = value[:1]
        if len(value) == 1:
            return [_pruned(value[0], lambda item: fits([item]), depth + 1)]
        return value
    for name in list(value)[:MAX_MEMBERS]:
        others = {key: item for key, item in value.items() if key != name}
        is_telling = fold(name) in TELLING or (depth == 0 and name in _PROBLEM)
        if not is_telling and fits(others):
            value = others
        else:
            value = {**value, name: _pruned(value[name], _put_into(value, name, fits), depth + 1)}
    return value


def _put_into(
    holder: Mapping[str, Any], name: str, fits: Callable[[Any], bool]
) -> Callable[[Any], bool]:
    return lambda item: fits({**holder, name: item})


def _error_media(content: Mapping[str, MediaType]) -> MediaType | None:
    """The body of a declared response that can be JSON; one made for problems before others."""
    jsons = [media for media in content.values() if _is_json(media)]
    return next(filter(_is_problem, jsons), jsons[0] if jsons else None)


def _is_json(media: MediaType) -> bool:
    name = parse_media_type(media.name)
    return name is not None and (
        syntax(name.essence) == "json" or name.essence in ("*/*", "application/*")
    )


def _is_problem(media: MediaType) -> bool:
    name = parse_media_type(media.name)
    return name is not None and name.subtype.endswith("problem+json")


def _tell(members: Mapping[str, Any], problem: Mapping[str, Any], words: str) -> dict[str, Any]:
    """The members with the problem's words and status in place of what was sampled."""
    return {name: _told(name, value, problem, words, 0) for name, value in members.items()}


def _told(name: str, value: Any, problem: Mapping[str, Any], words: str, depth: int) -> Any:
    if depth < MAX_DEPTH and isinstance(value, dict):
        return {key: _told(key, item, problem, words, depth + 1) for key, item in value.items()}
    if depth < MAX_DEPTH and isinstance(value, list):
        return [_told(name, item, problem, words, depth + 1) for item in value]
    kind = str(problem["type"]).rpartition(":")[2]
    told = wording(fold(name), value, problem["status"], words, kind)
    return value if told is None else told
