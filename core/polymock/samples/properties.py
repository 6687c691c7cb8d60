"""One property of an entity's objects: the same value, whatever else of the object is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Validator
from polymock.samples.recipe import ROOM, Node, Run, Spot
from polymock.samples.seeds import derive, salt

_WHOLE = salt("")
"""What a sample without a key mixes into its seed."""
_PLAIN = Run(examples=True)
"""For recipes that need no other node: they only read its settings."""


class PropertySampler:
    """Makes one property of an object: (the object's seed) -> value.

    The value is the one that `Sampler.sample` gives an object that has this property alone.
    `whole` is that: what samples the object where a first attempt does not satisfy the schema.
    """

    __slots__ = ("_checked", "_name", "_node", "_recipe", "_salted", "_whole", "validator")

    def __init__(
        self,
        name: str,
        node: Node,
        validator: Validator,
        whole: Callable[[int], Any],
        *,
        checked: bool,
    ) -> None:
        self._name = name
        self._salted = salt(name)
        self._node = node
        self._recipe = node.sole()
        self._checked = checked
        self._whole = whole
        self.validator = validator
        """Of the property's schema."""

    def make(self, seed: int, turn: int = 0) -> Any:
        """The property of the object of this seed; `turn` chooses among the schema's examples.

        Raises Unsatisfiable.
        """
        owner = derive(seed, _WHOLE)
        spot = Spot(derive(owner, self._salted), owner, ROOM, 1, False, turn)
        try:
            if self._recipe is not None:
                value = self._recipe.make(_PLAIN, spot)
            else:
                value = self._node.make(Run(examples=True), spot)
        except Unsatisfiable:
            return self._whole(seed)[self._name]
        if self._checked and not self.validator.is_valid(value):
            return self._whole(seed)[self._name]
        return value
