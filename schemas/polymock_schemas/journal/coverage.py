"""What of the contracts was exercised: the tables that keep it, and the views that tell it.

The rows of `requests` are looked into in the background, ten seconds of them at a time. What they
exercised is kept as *footprints*: the parts of one operation that one message had. There are few of
them, however many exchanges there are.
"""

from __future__ import annotations

from polymock_schemas.journal.columns import macro, table, view
from polymock_schemas.journal.selection import MOCK, OPERATION, SESSION, SINCE, UNTIL, moment

BUCKET_SECONDS = 10
"""The seconds of exchanges that are looked into, or not, as a whole."""

_KIND = "operation, status, parameter, request, response, field, argument or input"
_PLACE = (
    "Where the part stands: path, query, header or cookie; the declared status of a response; the "
    "type of a GraphQL field, or TYPE.FIELD of an argument"
)
_NAME = (
    "Its name; of a property the way to it (lines[].sku, [] the elements of a list, * the values "
    "of a map)"
)

CONTRACT_PARTS = table(
    "contract_parts",
    "What the contracts that are served now consist of, beside operations and statuses",
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name; '' where the part is of no single one"),
    ("kind", "VARCHAR", "parameter, request, response, field, argument or input"),
    ("place", "VARCHAR", _PLACE),
    ("name", "VARCHAR", _NAME),
    ("type", "VARCHAR", "Its type, in the contract's own words"),
    ("required", "BOOLEAN", "Whether it must be there"),
    ("aliases", "VARCHAR[]", "Other names that it has in messages"),
)

FOOTPRINTS = table(
    "footprints",
    "Parts of a contract that were seen together in one message",
    ("footprint", "BIGINT", "Its number"),
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name, as in contract_parts"),
    ("kind", "VARCHAR", "Of which kind the parts are"),
    ("place", "VARCHAR", _PLACE),
    ("names", "VARCHAR[]", "The names of the parts, as in contract_parts"),
)

EXERCISED = table(
    "exercised",
    "When, and in which session, a footprint was seen",
    ("footprint", "BIGINT", "Its number in footprints"),
    ("session", "VARCHAR", "The caller's session; '' for the shared world"),
    ("hour", "TIMESTAMP", "The hour; UTC"),
    ("first_ts", "TIMESTAMP", "The first exchange of the hour that had it"),
    ("last_ts", "TIMESTAMP", "The last one"),
)

LOOKED_INTO = table(
    "looked_into",
    "How many exchanges of each ten seconds have been looked into for what they exercised",
    ("bucket", "TIMESTAMP", "The start of the ten seconds; UTC"),
    ("exchanges", "BIGINT", "How many of them; others of the bucket came later"),
)

TABLES = (CONTRACT_PARTS, FOOTPRINTS, EXERCISED, LOOKED_INTO)

_PARTS = """
    WITH told AS MATERIALIZED (FROM {coverage})
    SELECT c.mock, c.operation, 'operation' AS kind, '' AS place, c.operation AS name,
        false AS required, c.covered, c.last_ts FROM told c
    UNION ALL
    SELECT d.mock, d.operation, 'status', '', d.status, false,
        NOT list_contains(d.missing, d.status), NULL
    FROM (
        SELECT c.mock, c.operation, c.missing, unnest(c.declared) AS status FROM told c
    ) d
    UNION ALL
    SELECT p.mock, p.operation, p.kind, p.place, p.name, p.required,
        coalesce(c.covered, e.last_ts IS NOT NULL), coalesce(c.last_ts, e.last_ts)
    FROM contract_parts p LEFT JOIN told c
        ON p.kind = 'parameter' AND p.place = 'path' AND p.mock = c.mock
        AND p.operation = c.operation
    LEFT JOIN (
        SELECT n.mock, n.operation, n.kind, n.place, n.name, max(n.last_ts) AS last_ts FROM (
            SELECT f.mock, f.operation, f.kind, f.place, unnest(f.names) AS name, s.last_ts
            FROM footprints f JOIN (
                SELECT x.footprint, max(x.last_ts) AS last_ts FROM exercised x {where}
                GROUP BY x.footprint
            ) s USING (footprint)
        ) n GROUP BY ALL
    ) e ON p.mock = e.mock AND p.operation = e.operation AND p.kind = e.kind
        AND p.place = e.place AND p.name = e.name
    WHERE (p.kind <> 'field' OR p.operation = '') {of}
"""
# Path parameters are exercised by every call; a root field is an operation already.

_PERCENT = """
    SELECT c.mock, c.kind, count(*) AS parts, count(*) FILTER (c.covered) AS covered,
        round(100.0 * count(*) FILTER (c.covered) / count(*), 1) AS percent
    FROM {parts} c GROUP BY c.mock, c.kind ORDER BY c.mock, c.kind
"""

_PARAMETERS = (SINCE, UNTIL, MOCK, OPERATION, SESSION)
_GIVEN = ", ".join(f"{each.name} := {each.name}" for each in _PARAMETERS)
# An hour that only the middle of is asked for is taken where it began or ended in that.
_SEEN = f"""
    WHERE ({SESSION.name} IS NULL OR x.session = {SESSION.name})
        AND (({SINCE.name} IS NULL OR x.first_ts >= {moment(SINCE.name)}
                OR x.last_ts >= {moment(SINCE.name)})
            AND ({UNTIL.name} IS NULL OR x.first_ts < {moment(UNTIL.name)}))
"""
_OF = (
    f"AND ({MOCK.name} IS NULL OR p.mock = {MOCK.name}) "
    f"AND ({OPERATION.name} IS NULL OR p.operation = {OPERATION.name})"
)
_SO_FAR = ", as far as exchanges have been looked into (`logs coverage` looks into the rest)"
_PART_COLUMNS = (
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name; '' where the part is of no single one"),
    ("kind", "VARCHAR", _KIND),
    ("place", "VARCHAR", _PLACE),
    ("name", "VARCHAR", _NAME),
    ("required", "BOOLEAN", "Whether it must be there"),
    ("covered", "BOOLEAN", "Whether any exchange had it"),
    ("last_ts", "TIMESTAMP", "The last that had it; NULL for statuses, and where there was none"),
)
_PERCENT_COLUMNS = (
    ("mock", "VARCHAR", "The mock's name"),
    ("kind", "VARCHAR", _KIND),
    ("parts", "BIGINT", "How many parts the contract has"),
    ("covered", "BIGINT", "How many of them were exercised"),
    ("percent", "DOUBLE", "The same in percent"),
)
_PARTS_COMMENT = f"Every part of every contract, and whether it was exercised{_SO_FAR}"
_PERCENT_COMMENT = f"How much of each contract was exercised, by kind of part{_SO_FAR}"

VIEWS = (
    view(
        "contract_coverage",
        _PARTS_COMMENT,
        _PARTS.format(coverage="coverage", where="", of=""),
        *_PART_COLUMNS,
    ),
    view(
        "coverage_percent",
        _PERCENT_COMMENT,
        _PERCENT.format(parts="contract_coverage"),
        *_PERCENT_COLUMNS,
    ),
)
MACROS = (
    macro(
        "contract_coverage",
        _PARTS_COMMENT,
        _PARAMETERS,
        _PARTS.format(coverage=f"coverage({_GIVEN})", where=_SEEN, of=_OF),
        *_PART_COLUMNS,
    ),
    macro(
        "coverage_percent",
        _PERCENT_COMMENT,
        _PARAMETERS,
        _PERCENT.format(parts=f"contract_coverage({_GIVEN})"),
        *_PERCENT_COLUMNS,
    ),
)
"""Both read the view and the macro `coverage`, and are made after them."""
