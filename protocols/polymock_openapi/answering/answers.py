"""Which declared answer a call gets, and its value: an example of the contract, or a sample."""

from __future__ import annotations

import base64
import re
import secrets
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from polymock.errors import NoAnswer, NotAcceptable, Unsatisfiable
from polymock.interfaces import Answer
from polymock.media_types import parse_media_type, syntax
from polymock.samples import Sampler
from polymock_openapi.answering.choices import MAX_KEY, MAX_REMEMBERED, Choices, Shape
from polymock_openapi.answering.declared import (
    DeclaredBody,
    Example,
    holds_text,
    is_base64,
    resolve,
)
from polymock_openapi.answering.echo import WRITES, echo, overlay
from polymock_openapi.answering.failures import tell_error
from polymock_openapi.answering.pages import fit_page
from polymock_openapi.answering.pairing import ExamplePairs
from polymock_openapi.answering.specimens import specimen
from polymock_openapi.model import Endpoint, MediaType, Preferences, Reading

_WORD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Answerer:
    """Answers the calls of one operation from its contract."""

    def __init__(self, endpoint: Endpoint, sampler: Sampler, seed: int) -> None:
        self._endpoint = endpoint
        self._sampler = sampler
        self._seed = seed
        self._choices = Choices(endpoint)
        self._pairs = ExamplePairs(endpoint)
        self._bodies: dict[tuple[str, str], DeclaredBody] = {}
        self._bases: dict[tuple[Any, ...], Any] = {}
        self._declared = frozenset(response.status for response in endpoint.responses)

    def example(self, reading: Reading) -> Answer | None:
        """The contract's own example, or None where it has none that suits.

        First the one that is asked for by name, then the one whose name is that of an example of
        the request which this request equals, then the first that keeps to its schema. A
        `dynamic` answer is sampled instead, if there is a schema to sample. Raises NoAnswer,
        NotAcceptable.
        """
        wish = reading.preferences
        if wish.example is not None:
            return self._by_name(reading, wish.example)
        if not wish.dynamic:
            name = self._pairs.find(reading)
            if name is not None:
                answer = self._by_pair(reading, name)
                if answer is not None:
                    return answer
        shape = self._choices.best(wish.code, reading.accept)
        if shape.media is None or (wish.dynamic and shape.media.schema is not None):
            return None
        found = self._body(shape).first
        return None if found is None else _example(shape, found, wish)

    def sample(self, reading: Reading) -> Answer:
        """An answer made from the schema, deterministic in the seed, the operation, the status and
        the path's captures; a `dynamic` one without a seed differs each time.

        It repeats what the caller said of the entity (`echo`) and of the page that it asks for
        (`pages`); an error's says which one it is (`failures`). Raises NoAnswer where no value
        satisfies the schema, NotAcceptable.
        """
        wish = reading.preferences
        shape = self._choices.best(wish.code, reading.accept)
        if shape.media is None:
            return Answer(None, "sample", _with_applied(shape, wish))
        seed, stable = self._seed, True
        if wish.seed is not None:
            seed = wish.seed
        elif wish.dynamic:
            seed, stable = secrets.randbelow(2**31), False
        value = self._base(shape, shape.media, reading, seed, remember=stable)
        if 200 <= shape.status < 300:
            body = self._body(shape)
            value = echo(value, reading, body)
            if reading.method not in WRITES:
                value = fit_page(value, reading, body.is_valid)
        told = seed if wish.dynamic or wish.seed is not None else None
        return Answer(value, "sample", _with_applied(shape, wish, seed=told), stable)

    def shape(self, reading: Reading, code: int | None = None) -> Shape:
        """Which of the declared answers a call gets: the best, or that of a status. Raises
        NoAnswer, NotAcceptable."""
        wish = reading.preferences
        if code is None:
            code = wish.code
        return _with_applied(self._choices.best(code, reading.accept), wish)

    def declares(self, *statuses: str) -> str:
        """The first of these statuses that the operation declares; "" for none."""
        for status in statuses:
            if status in self._declared:
                return status
        return ""

    def body(self, reading: Reading, shape: Shape) -> Any:
        """The sample of a body before anything of the call is put in. Raises NoAnswer."""
        assert shape.media is not None
        return self._base(shape, shape.media, reading, self._seed, remember=True)

    def is_valid(self, shape: Shape, value: Any) -> bool:
        """Whether a value is one that the body of a shape declares."""
        return shape.media is None or self._body(shape).is_valid(value)

    def first_example(self) -> Any:
        """The example that a call gets which asks for nothing; None where there is none."""
        try:
            shape = self._choices.best(None, "")
        except (NoAnswer, NotAcceptable):
            return None
        found = None if shape.media is None else self._body(shape).first
        return None if found is None else found.value

    def _by_name(self, reading: Reading, name: str) -> Answer:
        code = reading.preferences.code
        shape = self._choices.with_example(name, code, reading.accept) if name else None
        found = self._body(shape).example(name) if shape else None
        if shape is None or found is None:
            known = ", ".join(self._choices.example_names(code)) or "none"
            where = f" for status {code}" if code is not None else ""
            raise NoAnswer(
                f"The operation declares no example {name[:100]!r}{where}; it declares: {known}.",
                asked=True,
            )
        return _example(shape, found, reading.preferences)

    def _by_pair(self, reading: Reading, name: str) -> Answer | None:
        try:
            shape = self._choices.with_example(name, reading.preferences.code, reading.accept)
        except NotAcceptable:
            return None
        found = self._body(shape).example(name) if shape else None
        if shape is None or found is None or not found.valid:
            return None
        return _example(shape, found, reading.preferences)

    def _base(
        self, shape: Shape, media: MediaType, reading: Reading, seed: int, *, remember: bool
    ) -> Any:
        """The sample before anything is echoed in it."""
        dynamic = bool(reading.preferences.dynamic)
        captures = tuple(reading.captures.items())
        key = (shape.status, shape.content_type, seed, dynamic, captures)
        if key in self._bases:
            return self._bases[key]
        value = self._sample(shape, media, captures, seed, examples=not dynamic)
        if shape.status >= 400 and isinstance(value, dict | list | str):
            plain = value
            if not dynamic:
                with suppress(NoAnswer):
                    plain = self._sample(shape, media, captures, seed, examples=False)
            value = tell_error(value, plain, shape.status, self._body(shape).is_valid)
        broken = None if dynamic else self._body(shape).broken
        if broken is not None and isinstance(value, dict):
            value = overlay(value, broken, self._body(shape).is_valid)
        if remember and sum(len(capture) for _, capture in captures) <= MAX_KEY:
            if len(self._bases) >= MAX_REMEMBERED:
                self._bases.clear()
            self._bases[key] = value
        return value

    def _sample(
        self,
        shape: Shape,
        media: MediaType,
        captures: tuple[tuple[str, str], ...],
        seed: int,
        *,
        examples: bool,
    ) -> Any:
        endpoint = self._endpoint
        name = parse_media_type(shape.content_type)
        essence = name.essence if name else ""
        file = specimen(essence)
        if file is not None and self._admits_file(media):
            in_text = is_base64(media, endpoint.definitions)
            return base64.b64encode(file).decode() if in_text else file
        if media.schema is None:
            return {} if syntax(essence) else ""
        place = "&".join(f"{parameter}={value}" for parameter, value in captures)
        key = f"{endpoint.name} {shape.status} {place}"
        try:
            return self._sampler.sample(media.schema, seed, key, examples=examples)
        except Unsatisfiable as error:
            raise NoAnswer(
                f"The contract contradicts itself: no value satisfies the schema of {endpoint.name}"
                f" with status {shape.status} in {media.name} (at {error}).",
                asked=False,
            ) from None

    def _admits_file(self, media: MediaType) -> bool:
        definitions = self._endpoint.definitions
        return holds_text(media, definitions) or not resolve(media.schema, definitions)

    def _body(self, shape: Shape) -> DeclaredBody:
        assert shape.response is not None
        assert shape.media is not None
        key = (shape.response.status, shape.media.name)
        body = self._bodies.get(key)
        if body is None:
            definitions = self._endpoint.definitions
            body = DeclaredBody(shape.media, definitions, sampler=self._sampler)
            self._bodies[key] = body
        return body


def _example(shape: Shape, example: Example, wish: Preferences) -> Answer:
    shape = _with_applied(replace(shape, example=example.name), wish)
    return Answer(example.value, "example", shape)


def _with_applied(shape: Shape, wish: Preferences, *, seed: int | None = None) -> Shape:
    """The shape with the preferences that it follows, and the seed of a sample."""
    applied = []
    if wish.code is not None:
        applied.append(f"code={wish.code}")
    if wish.example is not None:
        applied.append(f"example={_word(wish.example)}")
    elif wish.dynamic is not None:
        applied.append(f"dynamic={str(wish.dynamic and seed is not None).lower()}")
    if seed is not None:
        applied.append(f"seed={seed}")
    return replace(shape, applied=", ".join(applied)) if applied else shape


def _word(name: str) -> str:
    """An example's name as a preference's value: a token, or quoted and percent-encoded."""
    if _WORD.fullmatch(name):
        return name
    return f'"{quote(name, safe=" ", errors="replace")}"'
