"""What every protocol keeps to, as tests: the kit for who writes one.

    class TestMyProtocol(ProtocolConformance):
        protocol = "my-protocol"
        document = Path("examples/thing.my")
        good = (Ask("POST", "/rpc", body=b"...", operation="thing.get"),)
        bad = (Ask("POST", "/rpc", body=b"..."),)

pytest collects the class; the protocol must be installed, as entry points are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import httpx
import msgspec
import pytest

from polymock import plugins
from polymock.contracts import GROUP, HEAD_BYTES
from polymock.errors import ConfigError, SpecError
from polymock.interfaces import JOINT, Contract, ContractReader, Plugin, Spec
from polymock.testing import Polymock
from polymock_schemas.calls import Exchange

KEY = "conformance-key"
THREADS = 4
FOREIGN = (
    ("notes.txt", b"Nothing but words.\n"),
    ("empty.json", b""),
    ("list.json", b"[1, 2, 3]"),
    ("page.html", b"<!doctype html><title>No contract</title>"),
    ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00"),
)
"""Documents that are no protocol's."""
HOSTILE = (b"\xff\xfe\x00", b"{" * 50_000, b"[" * 50_000, b"null", b'"x"', b"0", b"\x00" * 5000)
"""Bodies that nobody means."""
ODD_PATHS = ("/", "/%00", "/%ff%fe", "/..%2f..%2fetc", "/" + "a/" * 500, "/a?b=%zz&&=;")


class Ask(msgspec.Struct, frozen=True):
    """One HTTP request to a mock; the path is the whole one, with the protocol's own prefix.

    `operation` is what the journal must name, "" where that does not matter; `is_free` says that
    the contract lets everybody call it, credentials or not.
    """

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    operation: str = ""
    is_free: bool = False


class ProtocolConformance:
    """Subclass it, and fill in what stands before the tests."""

    protocol: ClassVar[str]
    """The entry point's name."""
    document: ClassVar[Path]
    """A document with at least two operations, which is served without a warning."""
    good: ClassVar[Sequence[Ask]]
    """Calls that the document allows, each of another operation."""
    bad: ClassVar[Sequence[Ask]]
    """Calls that some operation of the document refuses."""

    @pytest.fixture
    def reader(self) -> ContractReader:
        """What the plugin builds without settings."""
        reader: ContractReader = plugins.build(GROUP, self.protocol, {})
        return reader

    @pytest.fixture
    def contract(self, reader: ContractReader) -> Contract:
        """The document, compiled."""
        return reader.compile(Spec(str(self.document), "conformance"))

    @pytest.fixture
    def mock(self) -> Iterator[Polymock]:
        """The document, served."""
        with Polymock(self.document) as mock:
            yield mock

    def test_the_entry_point_is_a_plugin_whose_settings_have_defaults(self) -> None:
        plugin: Plugin[Any] = plugins.load(GROUP, self.protocol)
        assert isinstance(plugin, Plugin)
        assert issubclass(plugin.config, msgspec.Struct)
        plugin.config()

    def test_unknown_settings_are_refused(self) -> None:
        with pytest.raises(ConfigError, match="no-such-setting"):
            plugins.build(GROUP, self.protocol, {"no-such-setting": 1})

    def test_its_prefix_is_a_path(self, reader: ContractReader) -> None:
        assert reader.prefix.startswith("/")
        assert isinstance(reader.shares_prefix, bool)

    def test_it_recognises_its_own_documents_alone(self, reader: ContractReader) -> None:
        assert reader.recognises(self.document.name, self.document.read_bytes()[:HEAD_BYTES])
        assert not [name for name, head in FOREIGN if reader.recognises(name, head)]

    def test_no_other_protocol_takes_its_document(self) -> None:
        head = self.document.read_bytes()[:HEAD_BYTES]
        for name in plugins.names(GROUP):
            if name != self.protocol:
                other: ContractReader = plugins.build(GROUP, name, {})
                assert not other.recognises(self.document.name, head), name

    def test_a_contract_says_what_it_holds(self, contract: Contract) -> None:
        names = [operation.name for operation in contract.operations]
        assert contract.protocol == self.protocol
        assert len(names) == len(set(names)) > 1
        assert all(names)
        assert not [name for name in names if JOINT in name]
        assert Path(contract.files[0]).resolve() == self.document.resolve()
        assert all(isinstance(name, str) for name in contract.secrets)

    def test_nothing_is_wrong_with_the_document(self, contract: Contract) -> None:
        assert [*contract.problems()] == []
        assert [f for operation in contract.operations for f in contract.examine(operation)] == []

    def test_a_document_that_is_not_there_is_refused(
        self, reader: ContractReader, tmp_path: Path
    ) -> None:
        missing = tmp_path / self.document.name
        with pytest.raises(SpecError) as caught:
            reader.compile(Spec(str(missing), "missing"))
        assert str(missing) in caught.value.message

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff\xff\x00\x01", b"[" * 100_000])
    def test_a_broken_document_is_refused_with_its_name(
        self, reader: ContractReader, tmp_path: Path, content: bytes
    ) -> None:
        broken = tmp_path / self.document.name
        broken.write_bytes(content)
        with pytest.raises(SpecError) as caught:
            reader.compile(Spec(str(broken), "broken"))
        assert any(broken.name in fault.file for fault in caught.value.faults)
        assert all(fault.message for fault in caught.value.faults)

    def test_good_calls_are_answered_and_recorded(self, mock: Polymock) -> None:
        for ask in self.good:
            response = _send(mock, ask)
            exchange = mock.exchanges[-1]
            assert exchange.outcome == "ok", response.text
            assert exchange.source in ("example", "sample", "world")
            assert exchange.protocol == self.protocol
            assert exchange.operation == ask.operation or not ask.operation
            assert exchange.violations == ()

    def test_recorded_operations_are_those_of_the_contract(
        self, mock: Polymock, contract: Contract
    ) -> None:
        names = {operation.name for operation in contract.operations}
        for ask in self.good:
            _send(mock, ask)
            assert set(mock.exchanges[-1].operation.split(JOINT)) <= names

    def test_answers_are_the_same_for_the_same_seed(self) -> None:
        assert self._answers(42) == self._answers(42)

    def test_answers_are_the_same_when_asked_again(self, mock: Polymock) -> None:
        assert _bodies(mock, self.good) == _bodies(mock, self.good)

    def test_bodies_are_as_long_as_they_say(self, mock: Polymock) -> None:
        for ask in (*self.good, *self.bad):
            response = _send(mock, ask)
            length = response.headers.get("content-length")
            assert length is None or int(length) == len(response.content)

    def test_bad_calls_are_refused_and_recorded(self, mock: Polymock) -> None:
        for ask in self.bad:
            _send(mock, ask)
            exchange = mock.exchanges[-1]
            assert exchange.outcome == "client_error"
            assert exchange.source == "refusal"

    def test_nothing_that_is_sent_makes_it_fail(self, mock: Polymock) -> None:
        for ask in self._hostile():
            _send(mock, ask)
            assert mock.exchanges[-1].outcome in ("ok", "client_error"), ask

    def test_calls_from_several_threads_get_their_own_answers(self, mock: Polymock) -> None:
        expected = self._answers(42)
        with ThreadPoolExecutor(THREADS) as pool:
            found = [*pool.map(lambda _: _bodies(mock, self.good), range(THREADS))]
        assert found == [expected] * THREADS

    def test_strategies_guard_it_in_its_own_manner(self, tmp_path: Path) -> None:
        with Polymock(self._guarded(tmp_path)) as mock:
            for ask in self.good:
                _send(mock, ask)
                assert mock.exchanges[-1].outcome == ("ok" if ask.is_free else "client_error")
                assert mock.exchanges[-1].principal == ""
                if ask.is_free:
                    continue
                _send(mock, msgspec.structs.replace(ask, headers={**ask.headers, "X-Key": KEY}))
                assert (mock.exchanges[-1].outcome, mock.exchanges[-1].principal) == (
                    "ok",
                    "tester",
                )

    def test_the_journal_keeps_text(self, mock: Polymock) -> None:
        for ask in (*self.good, *self.bad):
            _send(mock, ask)
            assert not _is_binary(mock.exchanges[-1])

    def _answers(self, seed: int) -> list[bytes]:
        with Polymock(self.document, seed=seed) as mock:
            return _bodies(mock, self.good)

    def _hostile(self) -> Iterator[Ask]:
        """Good calls with other bodies, cut bodies, noise in bodies, and odd addresses."""
        for ask in self.good:
            for body in HOSTILE:
                yield msgspec.structs.replace(ask, body=body)
            for length in range(0, len(ask.body), max(1, len(ask.body) // 10)):
                yield msgspec.structs.replace(ask, body=ask.body[:length])
            for place in range(0, len(ask.body), max(1, len(ask.body) // 20)):
                mixed = bytearray(ask.body)
                mixed[place] ^= 0b0101_0101
                yield msgspec.structs.replace(ask, body=bytes(mixed))
            for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "X-ODD"):
                yield msgspec.structs.replace(ask, method=method)
            for path in ODD_PATHS:
                yield msgspec.structs.replace(ask, path=path)

    def _guarded(self, folder: Path) -> Path:
        """A config in which the mock asks for a key."""
        config = {
            "mocks": [{"spec": str(self.document.resolve()), "name": "guarded", "auth": ["key"]}],
            "auth": {"key": {"type": "api-key", "header": "X-Key", "keys": {"tester": KEY}}},
        }
        file = folder / "polymock.json"
        file.write_bytes(msgspec.json.encode(config))
        return file


def _bodies(mock: Polymock, asks: Sequence[Ask]) -> list[bytes]:
    return [_send(mock, ask).content for ask in asks]


def _send(mock: Polymock, ask: Ask) -> httpx.Response:
    with mock.client() as client:
        url = client.base_url.copy_with(raw_path=ask.path.encode())
        request = client.build_request(
            ask.method,
            url,
            headers={"Accept-Encoding": "identity", **ask.headers},
            content=ask.body or None,
        )
        return client.send(request)


def _is_binary(exchange: Exchange) -> bool:
    bodies = (exchange.request_body, exchange.response_body)
    return any(body is not None and body.startswith("base64:") for body in bodies)
