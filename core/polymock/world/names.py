"""Names that mean the same over all protocols: words, singular and plural, collections.

Spelling does not count: `order_id`, `orderId` and `OrderID` fold to one name.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_STEMMED = re.compile(r"(?:id|key|ref|reference)s?[^A-Za-z0-9]*$", re.IGNORECASE)
"""What a name ends in whose stem is asked for; a large document has tens of thousands of others."""
_IRREGULAR = {
    "child": "children",
    "person": "people",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "ox": "oxen",
    "leaf": "leaves",
    "half": "halves",
    "life": "lives",
    "knife": "knives",
    "wife": "wives",
    "shelf": "shelves",
    "wolf": "wolves",
    "datum": "data",
    "medium": "media",
    "criterion": "criteria",
    "phenomenon": "phenomena",
    "analysis": "analyses",
    "basis": "bases",
    "crisis": "crises",
    "index": "indices",
    "matrix": "matrices",
    "vertex": "vertices",
    "quiz": "quizzes",
    "bus": "buses",
    "alias": "aliases",
    "status": "statuses",
    "campus": "campuses",
    "movie": "movies",
    "cookie": "cookies",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "echo": "echoes",
    "veto": "vetoes",
    "axis": "axes",
    "lens": "lenses",
    "canvas": "canvases",
    "atlas": "atlases",
    "gas": "gases",
    "iris": "irises",
    "chassis": "chassis",
    "menu": "menus",
    "guru": "gurus",
    "sku": "skus",
    "cpu": "cpus",
    "gpu": "gpus",
}
_SINGULARS = {many: one for one, many in _IRREGULAR.items()}
_SAME = frozenset(
    {"series", "species", "news", "equipment", "information", "metadata", "feedback", "staff"}
)
_WRAPPERS = frozenset(
    {
        *("response", "request", "dto", "model", "resource", "entity", "object", "output", "input"),
        *("read", "out", "view", "schema", "payload", "details", "detail", "summary", "full"),
        *("brief", "result", "public", "vo"),
    }
)
"""Words at the end of a type's name that say how it travels and not what it is. A list, an item and
a record are things of their own: an `OrderItem` is no order, and a `PlayList` no play."""
_KEYS = ("id", "uuid", "guid", "key", "slug", "name", "code", "number", "username", "sku", "isbn")


@lru_cache(maxsize=16384)
def fold(name: str) -> str:
    """A name without its spelling: `page_size`, `page-size` and `pageSize` are one."""
    return name.replace("_", "").replace("-", "").lower()


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: `orderLineIDs` -> `order`, `line`, `ids`."""
    text = re.sub(r"IDs\b", "Ids", name)
    return tuple(piece.lower() for piece in _PIECES.findall(text))


def singular(word: str) -> str:
    """`categories` -> `category`; a lower-case word, of which one is left as it is."""
    if word in _SAME or word in _IRREGULAR:
        return word
    if word in _SINGULARS:
        return _SINGULARS[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "sis")) and len(word) > 2:
        return word[:-1]
    return word


def plural(word: str) -> str:
    """`category` -> `categories`; a lower-case word, of which many are left as they are."""
    word = singular(word)
    if word in _SAME:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "i", "o", "u", ""):
        return word[:-1] + "ies"
    if word.endswith(("s", "sh", "ch", "x", "z")):
        return word + "es"
    return word + "s"


@lru_cache(maxsize=4096)
def entity_name(type_name: str) -> str:
    """The singular snake_case noun of a type's or path's name: `PetResponse` -> `pet`.

    Words that only say how it travels are taken off its end, `New`, `Create` and the like off its
    beginning, as long as something is left.
    """
    parts = list(words(type_name))
    if len(parts) > 2 and parts[-2:] == ["list", "item"]:
        del parts[-2:]
    while len(parts) > 1 and parts[-1] in _WRAPPERS:
        parts.pop()
    while len(parts) > 1 and parts[0] in ("new", "create", "update", "base", "get"):
        parts.pop(0)
    if not parts:
        return ""
    return "_".join([*parts[:-1], singular(parts[-1])])


@lru_cache(maxsize=4096)
def collection_name(type_name: str) -> str:
    """The plural snake_case of an entity's name: `OrderLine` -> `order_lines`."""
    head, _, last = entity_name(type_name).rpartition("_")
    if not last:
        return ""
    return f"{head}_{plural(last)}" if head else plural(last)


@lru_cache(maxsize=4096)
def plain_collection_name(type_name: str) -> str:
    """The plural snake_case of all words of a name: `UserList` -> `user_lists`."""
    *head, last = words(type_name) or ("",)
    return "_".join([*head, plural(last)]) if last else ""


@lru_cache(maxsize=4096)
def key_property(names: tuple[str, ...], entity: str, parameter: str = "") -> str:
    """Which of an object's properties is its key; "" where none looks like one.

    `entity` is what the object is called (`pet`), `parameter` what a path or an argument calls the
    key (`petId`): it is a property of that very name, or of its ending where the rest is the
    entity; else `id`, `petId`, `uuid` and the like, the most telling first.
    """
    folded = {fold(name): name for name in names}
    own = fold(entity)
    if parameter:
        asked = fold(parameter)
        candidates = [asked, asked.removeprefix(own), own + asked]
        candidates += [key for key in _KEYS if asked.endswith(key)]
    else:
        candidates = []
    candidates += [key for each in ("id", "uuid", "guid", "key") for key in (each, own + each)]
    candidates += ["pk", "objectid", "slug", "code", "username", "sku", "isbn", "number"]
    return next((folded[name] for name in candidates if name in folded), "")


def reference_stem(name: str) -> str:
    """What a property's name refers to, folded: `customer` of `customerId`, `owner_uuid`; else "".

    Of a list of keys too: `tagIds` -> `tag`.
    """
    parts = words(name) if _STEMMED.search(name) else ()
    if len(parts) < 2:
        return ""
    last = singular(parts[-1])
    if last in ("id", "uuid", "guid", "key", "ref", "reference"):
        return "".join(parts[:-1])
    return ""
