"""The declared answers of an operation, chosen by status, `Accept` and example name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from polymock.errors import NotAcceptable
from polymock_openapi.answering.declared import holds_text
from polymock_openapi.answering.negotiation import Chosen, choose_media, choose_response
from polymock_openapi.model import Endpoint, MediaType, Response

MAX_REMEMBERED = 256
"""Entries of each memory of one operation; the caller chooses their keys."""
MAX_KEY = 1024
"""Characters of what a caller chooses that are worth remembering."""

_Key = tuple[int | None, str, str | None]
"""Status, `Accept` and example name, as asked for."""


class Told(msgspec.Struct, frozen=True):
    """What the world tells of an answer in header fields.

    `state` is the tag of the one entity that it shows, `location` where that is, `links` the value
    of `Link` (RFC 8288), `total` how many entities a list has on all its pages.
    """

    state: str = ""
    location: str = ""
    links: str = ""
    total: int | None = None


class Shape(msgspec.Struct, frozen=True):
    """Which of the declared answers an `Answer` is.

    `response` and `media` are None where nothing is declared or no body is. `content_type` is
    concrete. `example` is the name of the contract's example that the value is, else None.
    `applied` is the value of `Preference-Applied` (RFC 7240, section 3). `told` is what only the
    world knows.
    """

    status: int
    response: Response | None
    media: MediaType | None
    content_type: str = ""
    example: str | None = None
    applied: str = ""
    told: Told | None = None


class Choices:
    """The declared answers of an operation, chosen by status and `Accept`, and remembered."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._chosen: dict[_Key, Shape] = {}

    def best(self, code: int | None, accept: str) -> Shape:
        """The best answer. Raises NoAnswer, NotAcceptable."""
        key = (code, accept, None)
        shape = self._chosen.get(key)
        if shape is None:
            shape = self._shape(choose_response(self._endpoint.responses, code), accept)
            self._remember(key, shape)
        return shape

    def with_example(self, name: str, code: int | None, accept: str) -> Shape | None:
        """The best answer that has an example of this name; without a code, of any status.

        Raises NoAnswer where the code is not declared, NotAcceptable where the example is only
        there in types that are not accepted.
        """
        key = (code, accept, name)
        if key in self._chosen:
            return self._chosen[key]
        refused: NotAcceptable | None = None
        for chosen in self._candidates(code):
            if chosen.response is None:
                continue
            content = {k: m for k, m in chosen.response.content.items() if name in m.examples}
            if not content:
                continue
            try:
                shape = self._shape(chosen, accept, content)
            except NotAcceptable as error:
                refused = refused or error
            else:
                self._remember(key, shape)
                return shape
        if refused is not None:
            raise refused
        return None

    def example_names(self, code: int | None) -> tuple[str, ...]:
        """The names of the examples that may be asked for."""
        return tuple(
            dict.fromkeys(
                name
                for chosen in self._candidates(code)
                if chosen.response is not None
                for media in chosen.response.content.values()
                for name in media.examples
                if name
            )
        )

    def _candidates(self, code: int | None) -> Iterator[Chosen]:
        responses = self._endpoint.responses
        best = choose_response(responses, code)
        yield best
        if code is None:
            for response in responses:
                if response is not best.response and response.status[:1] != "1":
                    yield Chosen(choose_response((response,), None).status, response)

    def _remember(self, key: _Key, shape: Shape) -> None:
        if len(key[1]) > MAX_KEY:
            return
        if len(self._chosen) >= MAX_REMEMBERED:
            self._chosen.clear()
        self._chosen[key] = shape

    def _shape(
        self, chosen: Chosen, accept: str, content: Mapping[str, MediaType] | None = None
    ) -> Shape:
        status, response = chosen
        if content is None:
            content = response.content if response else {}
        if response is None or not content or status in (204, 205, 304):
            return Shape(status, response, None)
        definitions = self._endpoint.definitions
        offer = choose_media(content, accept, lambda media: holds_text(media, definitions))
        return Shape(status, response, offer.media, offer.content_type)
