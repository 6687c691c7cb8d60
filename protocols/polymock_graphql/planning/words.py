"""The words that names of fields and arguments are recognised by, folded: see
`polymock.world.names.fold`."""

from __future__ import annotations

import re

KEYS = ("id", "uuid", "guid", "key", "slug", "code", "pk", "objectid", "databaseid")
"""Names of fields that identify an object, the most telling first."""
LIMITS = frozenset(
    {
        *("first", "limit", "take", "pagesize", "perpage", "count", "size", "maxresults"),
        *("itemsperpage", "pagelimit", "top", "num"),
    }
)
OFFSETS = frozenset({"offset", "skip", "startindex"})
PAGES = frozenset({"page", "pagenumber", "pageno", "pagenum", "currentpage", "pageindex"})
PAGING = LIMITS | OFFSETS | PAGES | {"last", "after", "before"}
PAGING_INPUTS = frozenset({"page", "paging", "pagination", "pageinput", "pageinfo", "range"})
"""Arguments that may hold the words of paging inside them."""
ORDERS = ("order", "sort", "select", "include", "distinct", "group")
"""Words in names of arguments that say nothing of an item's own values."""
NEGATIONS = frozenset({"not", "nor", "none", "or", "isnot", "neq", "ne", "nin", "every"})
EQUALS = ("eq", "equals", "equal", "is", "in", "oneof")
"""Operators of filters that name the value, after folding."""
TOTALS = frozenset({"totalcount", "total", "totalitems", "totalresults", "totalelements", "count"})
PAGE_COUNTS = frozenset({"totalpages", "pagecount", "numpages", "lastpage", "pages"})
MORE = frozenset({"hasnextpage", "hasnext", "hasmore"})
BEFORE = frozenset({"haspreviouspage", "hasprevious", "hasprev", "hasprevpage"})
NEXT = frozenset({"next", "nextpage"})
PREVIOUS = frozenset({"prev", "previous", "prevpage", "previouspage"})
ITEMS = ("nodes", "items", "results", "data", "records", "list", "rows", "content", "entries")
"""Names of the lists inside a page."""
PROBLEMS = ("errors", "problems")
"""Endings of the names of lists that say what went wrong."""
AFFECTED = frozenset({"affectedrows", "rowsaffected", "affectedcount", "affected", "rowcount"})
"""Names of numbers that say how many objects a mutation wrote."""
TYPE_WORDS = frozenset({"type", "kind", "typename", "types", "kinds"})

ENDS = frozenset(
    {
        *("deleted", "removed", "trashed", "archived", "closed", "merged", "canceled", "cancelled"),
        *("revoked", "expired", "ended", "finished", "completed", "resolved", "terminated"),
        *("disabled", "deactivated", "suspended", "banned", "blocked", "locked", "rejected"),
        *("refunded", "failed", "discontinued", "dismissed"),
    }
)
"""States that most objects have not reached."""
MOMENTS = ("at", "on", "date", "time")
"""Endings of names that say when."""
PASTS = {
    "pay": "paid",
    "send": "sent",
    "hold": "held",
    "win": "won",
    "lose": "lost",
    "reopen": "open",
    "activate": "active",
    "deactivate": "inactive",
    "withdraw": "withdrawn",
}
"""States that verbs lead to, where the verb and an ending do not make them."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def first_word(name: str) -> str:
    """`close` of `closeIssue` and `close_issue`."""
    found = _WORD.search(name)
    return found[0].lower() if found else ""


def is_order(name: str) -> bool:
    """Whether an argument of this folded name sorts or selects."""
    return any(word in name for word in ORDERS)
