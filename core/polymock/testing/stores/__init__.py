"""What every store keeps to, as tests: the kit for who writes one.

    class TestMyStore(StoreConformance):
        storage = "my-store"
        settings: ClassVar = {"path": "world.my"}

pytest collects the class; the storage plugin must be installed, as entry points are. The tests
use spaces of their own, named at random, and drop them: the store need not be empty. `opened`
opens it; `reading`, `writing`, `spaces` and `sharing` hold the tests, by what they are about, and
`processes` what the other processes do in the tests of stores that are shared.
"""

from __future__ import annotations

from polymock.testing.stores.reading import Reading
from polymock.testing.stores.sharing import Sharing
from polymock.testing.stores.spaces import Spaces
from polymock.testing.stores.writing import Writing

__all__ = ["StoreConformance"]


class StoreConformance(Reading, Writing, Spaces, Sharing):
    """Subclass it, and say which store: `storage`, and `settings` where it has some."""
