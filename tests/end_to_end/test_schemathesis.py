"""Served documents against schemathesis, an independent reader of OpenAPI: the mock of a document
conforms to the document. Bad data is refused, good data taken, answers keep to their schemas."""

import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.servers import Server

Serve = Callable[..., Server]

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "openapi"
SECONDS = 120
SCHEMATHESIS = str(Path(sysconfig.get_path("scripts")) / "schemathesis")

# Checks that the mock fails on purpose.
SECRETS = "ignored_auth"
"""A mock knows no secrets: credentials need only be of the right form."""
SETTINGS = """
[[operations]]
include-name = "POST /customers/{customerId}/orders"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "404", "409", "422"]
"""
"""An Idempotency-Key that comes again with another order is refused, however valid that is."""
STATUSES = "status_code_conformance"
"""Missing credentials are refused with 401, though the document does not declare it."""


@pytest.mark.parametrize(
    ("document", "header", "excluded"),
    [
        pytest.param(ROOT / "examples/petstore/openapi.yaml", "", (), id="petstore"),
        pytest.param(ROOT / "examples/shop/openapi.yaml", "X-API-Key: k", (SECRETS,), id="shop"),
        pytest.param(
            CORPUS / "museum.yaml",
            "Authorization: Basic dXNlcjpwYXNz",
            (SECRETS, STATUSES),
            id="corpus-museum",
        ),
    ],
)
def test_the_mock_of_a_document_conforms_to_it(
    serve: Serve, tmp_path: Path, document: Path, header: str, excluded: tuple[str, ...]
) -> None:
    if not document.exists():
        pytest.skip(f"no document at {document}: the corpus is not beside this repository")
    server = serve(str(document))
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    run = subprocess.run(
        [
            *(SCHEMATHESIS, "run", str(document), "--url", server.url),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "5"),
            *("--generation-deterministic", "--suppress-health-check", "all"),
            # A schema of strings admits a NUL byte; the mock refuses it wherever it stands in text.
            *("--generation-allow-x00", "false"),
            *(("--header", header) if header else ()),
            *(("--exclude-checks", ",".join(excluded)) if excluded else ()),
            *("--continue-on-failure", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert server.sql("SELECT count(*) FROM requests WHERE status >= 500") == [[0]]
