"""The tables of the journal.

Text columns are never NULL, '' where there is nothing to say; the two bodies are, where the message
had none.
"""

from __future__ import annotations

from polymock_schemas.journal import coverage
from polymock_schemas.journal.columns import Table, table

EXCHANGES = table(
    "exchanges",
    "The rows of requests that stand in this file: all but those of archived days",
    ("id", "UUID", "UUIDv7: sorts by time"),
    ("ts", "TIMESTAMP", "When the call arrived; UTC, microseconds"),
    ("node", "VARCHAR", "The worker that answered: host and worker number"),
    ("session", "VARCHAR", "The caller's X-Polymock-Session; '' for the shared world"),
    ("protocol", "VARCHAR", "The plugin that read the contract: openapi, graphql, grpc"),
    ("mock", "VARCHAR", "The mock's name"),
    (
        "operation",
        "VARCHAR",
        "The operation's name (GET /pets/{petId}), or several joined by ' + '; '' where none "
        "matched",
    ),
    ("method", "VARCHAR", "HTTP method, as sent"),
    ("path", "VARCHAR", "Path, percent-encoded as sent, the mock's prefix included"),
    ("query", "VARCHAR", "Query without its ?, percent-encoded as sent, redacted"),
    ("status", "INTEGER", "HTTP status; for gRPC the gRPC code"),
    ("outcome", "VARCHAR", "ok, client_error, server_error or fault"),
    (
        "source",
        "VARCHAR",
        "Who made the answer: stub, handler, upstream, world, example, sample, refusal; '' where "
        "the server answered by itself (a CORS preflight)",
    ),
    ("stub", "VARCHAR", "The stub that answered"),
    ("scenario", "VARCHAR", "The scenario whose state allowed the stub"),
    ("principal", "VARCHAR", "Whom the credentials name"),
    ("client", "VARCHAR", "The caller's address"),
    ("user_agent", "VARCHAR", "The caller's User-Agent"),
    ("latency_us", "BIGINT", "From the call's arrival to the reply; microseconds"),
    ("request_bytes", "BIGINT", "Size of the request body on the wire"),
    ("response_bytes", "BIGINT", "Size of the response body on the wire"),
    (
        "request_headers",
        "JSON",
        "Object of lower-case names; a repeated header is a list; redacted",
    ),
    (
        "response_headers",
        "JSON",
        "Object of lower-case names; a repeated header is a list; redacted",
    ),
    (
        "request_body",
        "VARCHAR",
        "Text, cut and redacted as configured; base64:… where it is not UTF-8; NULL where there "
        "was none",
    ),
    (
        "response_body",
        "VARCHAR",
        "Text, cut and redacted as configured; base64:… where it is not UTF-8; NULL where there "
        "was none",
    ),
    ("truncated", "BOOLEAN", "Whether a body was cut at the journal's limit"),
    (
        "violations",
        "STRUCT(location VARCHAR, message VARCHAR)[]",
        "Why the call breaks the contract; empty where it does not",
    ),
    ("trace_id", "VARCHAR", "Trace id of the W3C traceparent header"),
    ("request_messages", "INTEGER", "Messages that a client's stream held; 1 where it was none"),
    ("response_messages", "INTEGER", "Messages that the answer's stream held; 1 where it was none"),
)


def requests(days: str = "") -> Table:
    """The view `requests`: what is in the file and, as a query of the same columns, in `days`."""
    # Qualified, as a macro's parameters may have the same names and count inside of views, too.
    names = ", ".join(f"e.{column.name}" for column in EXCHANGES.columns)
    query = f"SELECT {names} FROM exchanges e"
    comment = "One row per exchange: a call, its reply and what the engine knew of it"
    return Table("requests", "view", comment, EXCHANGES.columns, query + days)


REQUESTS = requests()

OPERATIONS = table(
    "operations",
    "Every operation of every contract that is served now; replaced on reload",
    ("mock", "VARCHAR", "The mock's name"),
    ("protocol", "VARCHAR", "The plugin that read the contract"),
    ("operation", "VARCHAR", "The operation's name, as in requests.operation"),
    ("operation_id", "VARCHAR", "The document's own name for it"),
    ("summary", "VARCHAR", "The document's one line on it"),
    ("statuses", "VARCHAR[]", "The declared answers: 200, 4XX, default"),
)

GAPS = table(
    "journal_gaps",
    "Exchanges that were answered but could not be recorded",
    ("ts", "TIMESTAMP", "When the first of them was dropped; UTC"),
    ("node", "VARCHAR", "The worker that dropped them"),
    ("dropped", "BIGINT", "How many exchanges"),
    ("bytes", "BIGINT", "About how many bytes of memory they took"),
    ("reason", "VARCHAR", "Why"),
)

EVENTS = table(
    "events",
    "What happened to the server and its world: started, reloaded, a stub added",
    ("id", "UUID", "UUIDv7: sorts by time"),
    ("ts", "TIMESTAMP", "When; UTC, microseconds"),
    ("type", "VARCHAR", "What happened: noun.verb"),
    ("actor", "VARCHAR", "Who did it: a token's name, cli, server"),
    ("subject", "VARCHAR", "To what: a mock, a stub, a session"),
    ("data", "JSON", "The rest, by type"),
)

ARCHIVES = table(
    "archives",
    "Parquet files of days that were archived; requests has their rows too",
    ("file", "VARCHAR", "The file's name, in the folder beside the journal"),
    ("day", "DATE", "The day that its rows are of; UTC"),
    ("first_ts", "TIMESTAMP", "Its first exchange; UTC"),
    ("last_ts", "TIMESTAMP", "Its last exchange; UTC"),
    ("rows", "BIGINT", "How many exchanges it has"),
    ("bytes", "BIGINT", "Size of the file"),
    ("version", "INTEGER", "The schema_version of its columns"),
    (
        "state",
        "VARCHAR",
        "kept; writing or leaving while it is made or deleted; missing where somebody took it away",
    ),
)

META = table(
    "meta",
    "About this file",
    ("key", "VARCHAR", "schema_version, created_by"),
    ("value", "VARCHAR", "Its value"),
)

TABLES = (EXCHANGES, OPERATIONS, *coverage.TABLES, GAPS, EVENTS, ARCHIVES, META)
