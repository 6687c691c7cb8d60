"""GraphiQL's page and its files. Nothing is loaded from anywhere else."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from polymock_graphql.model import Asset

FOLDER = Path(__file__).parent / "assets"
PATH = "/graphiql/"
"""Where the files are, below the mock's prefix."""
FILES = {
    "graphiql.js": "text/javascript; charset=utf-8",
    "graphiql.css": "text/css; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_FOR_EVER = "public, max-age=31536000, immutable"
"""The page names its files by their content, so they never change."""
_PAGE = Template("""\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>$title: GraphiQL</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="$files/graphiql.css?$version">
  </head>
  <body>
    <div id="graphiql" data-endpoint="$endpoint" data-title="$title">Loading…</div>
    <script type="module" src="$files/graphiql.js?$version"></script>
  </body>
</html>
""")


@lru_cache(maxsize=64)
def show(prefix: str, title: str) -> Asset:
    """The page of a mock that is served at a prefix ("" is the root)."""
    text = _PAGE.substitute(
        title=escape(title),
        endpoint=escape(prefix or "/"),
        files=escape(prefix + PATH.rstrip("/")),
        version=_version(),
    )
    return Asset("text/html; charset=utf-8", text.encode(), "no-cache", POLICY)


def find(path: str) -> Asset | None:
    """The file at a path below the mock's prefix."""
    name = path.removeprefix(PATH)
    return _load(name) if path.startswith(PATH) and name in FILES else None


@lru_cache(maxsize=len(FILES))
def _load(name: str) -> Asset:
    return Asset(FILES[name], (FOLDER / name).read_bytes(), _FOR_EVER)


@lru_cache(maxsize=1)
def _version() -> str:
    """Changes with the content of the files."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(_load(name).body)
    return digest.hexdigest()[:16]
