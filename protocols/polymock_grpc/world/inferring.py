"""What a contract's methods do with its entities, by their names and the shapes of their messages.

AIP-131 to AIP-135 and AIP-231 to AIP-235 name the methods; many services name them otherwise
(`AddUser`, `FetchOrders`, or only `Get` of a `ProductService`). What a method is called counts only
where its request and its answer fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from protobuf import DescMessage, Registry

from polymock.world.entities import Binding, Role
from polymock.world.names import collection_name, entity_name, words
from polymock_grpc.answering.operations import promise_of
from polymock_grpc.answering.pages import items_field
from polymock_grpc.fields import list_element, message_in
from polymock_grpc.model import Method
from polymock_grpc.spec.types import Types
from polymock_grpc.world.kinds import Kind, Kinds
from polymock_grpc.world.requests import Request
from polymock_grpc.world.transitions import state_after

_GET = ("get", "fetch", "read", "retrieve", "find", "lookup", "load", "describe", "show", "query")
WATCHES = ("watch", "subscribe", "monitor", "observe", "follow", "tail", "listen")
"""Verbs of streams that tell what things are like now, again and again."""
_LIST = (
    *("list", "search", "browse", "enumerate", "scan", "stream", *WATCHES),
    *("get", "fetch", "read", "retrieve", "find", "load", "query", "all", "export"),
)
_CREATE = ("create", "add", "insert", "new", "register", "place", "import", "upload")
_UPDATE = ("update", "modify", "edit", "patch", "change")
_REPLACE = ("replace", "put", "save", "upsert", "set", "store")
_DELETE = ("delete", "remove", "destroy", "erase", "drop")
_ROLES: tuple[tuple[Role, tuple[str, ...]], ...] = (
    ("get", _GET),
    ("list", _LIST),
    ("create", _CREATE),
    ("update", _UPDATE),
    ("replace", _REPLACE),
    ("delete", _DELETE),
)
_STANDARD = {
    "get": "AIP-131",
    "list": "AIP-132",
    "create": "AIP-133",
    "update": "AIP-134",
    "delete": "AIP-135",
}
_BATCH = {"get": "AIP-231", "create": "AIP-233", "update": "AIP-234", "delete": "AIP-235"}
_FILLERS = ("all", "batch", "bulk", "many", "multiple", "a", "an", "the", "one", "single", "new")
_ENDS = ("by", "for", "from", "in", "of", "stream", "with")
_SERVICE = ("service", "api", "server", "store", "manager", "admin", "v1", "v2")


class Name(msgspec.Struct, frozen=True):
    """A method's name in words: its verb, what it is about, and whether it is about several."""

    verb: str
    noun: str
    batch: bool


class Inferring:
    """Tells the bindings of all methods."""

    def __init__(self, kinds: Kinds, types: Types, registry: Registry) -> None:
        self._kinds = kinds
        self._types = types
        self._registry = registry

    def bindings(self, methods: Sequence[Method]) -> Iterator[Binding]:
        """What each method does; without a reason where only the config can say so."""
        for method in methods:
            found = self._bound(method)
            if found is not None:
                yield found

    def _bound(self, method: Method) -> Binding | None:
        name = read_name(method.descriptor.name)
        kind = self._subject(method, name)
        if kind is None:
            return None
        role = self._role(method, name, kind)
        why, state = "", None
        if role is None and self._changes_state(method, name, kind):
            state = state_after(name.verb, kind)
        if role is not None and self._is_about(method, name, kind):
            rule = (_BATCH if name.batch else _STANDARD).get(role, "")
            is_standard = bool(rule) and name.verb == role
            shape = f"{method.descriptor.input.name} -> {method.descriptor.output.name}"
            why = f"{rule} name, and {shape}" if is_standard else f"its name, and {shape}"
        if state is not None:
            role, why = "update", f"its name, which says that {state.property} is {state.value}"
        return Binding(
            operation=method.name,
            role=role or "get",
            kind=kind.name,
            collection=collection_name(kind.type.name),
            why=why,
            notes=state,
        )

    def _subject(self, method: Method, name: Name) -> Kind | None:
        """The kind that a method is about: of its answer, of its request, or by its noun."""
        answered = self.answered(method)
        if answered is not None:
            return answered
        asked = method.descriptor.input
        own = self._kinds.of(asked)
        if own is not None:
            return own
        named = [kind for f in asked.fields if (kind := self._kinds.named_by(f)) is not None]
        held = [
            kind
            for field in asked.fields
            if (inner := message_in(field)) is not None
            and (kind := self._kinds.of(inner)) is not None
        ]
        noun = name.noun or _noun_of_service(method)
        by_noun = [k for k in self._kinds.by_type.values() if _means(noun, k)]
        package = method.descriptor.parent.file.proto.package
        by_noun.sort(key=lambda kind: kind.type.file.proto.package != package)
        for kind in (*named, *held):
            if _means(noun, kind):
                return kind
        return next(iter((*by_noun, *held, *named)), None)

    def answered(self, method: Method) -> Kind | None:
        """The kind that a method answers with: alone, in a field, in a list, or in the end."""
        output: DescMessage | None = method.descriptor.output
        promise = promise_of(method.descriptor, self._registry, self._types.options)
        if promise is not None:
            output = promise.response
        if output is None:
            return None
        own = self._kinds.of(output)
        if own is not None:
            return own
        items = list_element(items_field(output))
        listed = self._kinds.of(items) if isinstance(items, DescMessage) else None
        held = [
            kind
            for field in output.fields
            if list_element(field) is None
            and (inner := message_in(field)) is not None
            and (kind := self._kinds.of(inner)) is not None
        ]
        return listed or (held[0] if len(held) == 1 else None)

    def _role(self, method: Method, name: Name, kind: Kind) -> Role | None:
        """What the verb says, if the messages fit it."""
        roles = [role for role, verbs in _ROLES if name.verb in verbs]
        return next((role for role in roles if self._fits(method, name, kind, role)), None)

    def _fits(self, method: Method, name: Name, kind: Kind, role: Role) -> bool:
        request = Request(method.descriptor.input, kind, self._kinds)
        output = method.descriptor.output
        answers = self.answered(method) is kind
        items = list_element(items_field(output))
        lists = items is kind.type or (method.server_streaming and output is kind.type)
        names_one = request.key is not None or request.resource is not None
        if name.batch and role in _BATCH:
            return request.keys is not None or self._inner(method, kind) is not None
        if role == "get":
            return answers and not lists and request.key is not None and not request.is_resource
        if role == "list":
            return answers and lists and not method.client_streaming
        if role == "create":
            return request.is_resource or request.resource is not None or bool(request.flat)
        if role in ("update", "replace"):
            return names_one and (
                request.is_resource or request.resource is not None or bool(request.flat)
            )
        return request.key is not None and not method.server_streaming

    def _changes_state(self, method: Method, name: Name, kind: Kind) -> bool:
        """Whether a method of some other verb takes one entity by its key, and answers with it."""
        request = Request(method.descriptor.input, kind, self._kinds)
        return (
            _means(name.noun, kind)
            and not (name.batch or method.client_streaming or method.server_streaming)
            and request.key is not None
            and request.resource is None
            and not request.is_resource
            and self.answered(method) is kind
        )

    def _inner(self, method: Method, kind: Kind) -> DescMessage | None:
        return inner_request(method.descriptor.input, kind)

    def _is_about(self, method: Method, name: Name, kind: Kind) -> bool:
        noun = name.noun
        if not noun:
            return True
        return _means(noun, kind)


def inner_request(request: DescMessage, kind: Kind) -> DescMessage | None:
    """What a request for several holds a list of: a request for each, or the resource itself."""
    for field in request.fields:
        element = list_element(field)
        if isinstance(element, DescMessage) and (
            field.name == "requests" or element.type_name == kind.type.type_name
        ):
            return element
    return None


def read_name(method: str) -> Name:
    """`BatchGetBooks`, `ListAllOrders`, `GetUserById`: verb, noun, and whether it is a batch."""
    parts = list(words(method))
    batch = bool(parts) and parts[0] in ("batch", "bulk")
    if batch:
        parts = parts[1:]
    verb, rest = (parts[0], parts[1:]) if parts else ("", [])
    while rest and rest[0] in _FILLERS:
        batch = batch or rest[0] in ("batch", "bulk", "many", "multiple")
        rest = rest[1:]
    for index, word in enumerate(rest):
        if index and word in _ENDS:
            rest = rest[:index]
            break
    if rest and rest[0] in ("by", "stream"):
        rest = []
    if rest and rest[-1] in ("batch", "bulk", "list"):
        rest = rest[:-1]
    return Name(verb, "_".join(rest), batch)


def _means(noun: str, kind: Kind) -> bool:
    """Whether a noun is what a kind is called: `books`, `book`."""
    return bool(noun) and entity_name(noun) == entity_name(kind.type.name)


def _noun_of_service(method: Method) -> str:
    parts = list(words(method.descriptor.parent.name))
    while len(parts) > 1 and parts[-1] in _SERVICE:
        parts.pop()
    return "_".join(parts)
