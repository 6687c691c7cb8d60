"""Custom options: extensions of the messages in descriptor.proto."""

from __future__ import annotations

from typing import Any

from protobuf import DescExtension, Message, Registry, message_to_json_value


class Options:
    """Reads options by the full name of their extension, as the contract's own files define it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, DescExtension | None] = {}

    def read(self, options: Message | None, name: str) -> Any:
        """The value of an option; None where it is not set, or no file defines it."""
        if options is None:
            return None
        if name not in self._known:
            self._known[name] = self._registry.extension(name)
        known = self._known[name]
        if known is None or known.type not in options:
            return None
        return options[known.type]

    def read_json(self, options: Message | None, name: str) -> Any:
        """The value of an option, its messages in ProtoJSON; those of a repeated one as a list."""
        value = self.read(options, name)
        if isinstance(value, list):
            return [message_to_json_value(v) if isinstance(v, Message) else v for v in value]
        return message_to_json_value(value) if isinstance(value, Message) else value
