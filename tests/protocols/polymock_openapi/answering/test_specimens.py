"""The smallest valid files."""

import gzip
import io
import tarfile
import wave
import zipfile

from polymock_openapi.answering.specimens import specimen


def kept(essence: str) -> io.BytesIO:
    file = specimen(essence)
    assert file is not None
    return io.BytesIO(file)


def test_files_start_as_their_type_says() -> None:
    assert kept("image/png").read(8) == b"\x89PNG\r\n\x1a\n"
    assert kept("image/jpeg").read(3) == b"\xff\xd8\xff"
    assert kept("image/gif").read(6) == b"GIF89a"
    assert kept("image/bmp").read(2) == b"BM"
    assert kept("image/svg+xml").read(4) == b"<svg"


def test_archives_open_and_are_empty() -> None:
    assert zipfile.ZipFile(kept("application/zip")).namelist() == []
    with tarfile.open(fileobj=kept("application/x-tar")) as archive:
        assert archive.getnames() == []
    assert gzip.decompress(kept("application/gzip").read()) == b""


def test_sound_is_a_moment_of_silence() -> None:
    with wave.open(kept("audio/wav")) as sound:
        assert (sound.getnframes(), sound.getframerate()) == (80, 8000)


def test_a_document_has_a_page_where_its_table_says() -> None:
    document = kept("application/pdf").read()
    table = int(document.split(b"startxref\n")[1].split()[0])
    assert document[table:].startswith(b"xref\n0 4\n")
    page = int(document[table:].splitlines()[5].split()[0])
    assert document[page:].startswith(b"3 0 obj<</Type/Page/")


def test_of_other_types_none_is_kept() -> None:
    assert specimen("application/x-unheard-of") is None
