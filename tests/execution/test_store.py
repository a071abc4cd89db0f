"""A store keeps what it was given, whole, whoever is killed when."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from costmodel.execution.store import DAY, CannotKeepError, NotAStoreError, Store
from costmodel.version import __version__

ROOT = Path(__file__).parents[2]
WRITER = """
import hashlib, sys
from pathlib import Path
from costmodel.execution.store import Store
store = Store(Path(sys.argv[1]))
print("open", flush=True)
number = int(sys.argv[2])
while True:
    data = str(number).encode() * 20_000
    store.put(hashlib.sha256(str(number).encode()).hexdigest(), data)
    number += 1
"""
DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda written: b"",
    lambda written: written[:-1],
    lambda written: written[:20],
    lambda written: written + b"x",
    lambda written: written[:-1] + bytes([written[-1] ^ 1]),
    lambda written: b"\0" * len(written),
    lambda written: written.replace(b"\n", b"", 1),
]


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_it_gives_back_what_was_put(tmp_path: Path) -> None:
    with Store(tmp_path / "new" / "store") as store:
        assert store.get(key(1)) is None
        for data in (b"", b"one", b"two\nlines\n", bytes(range(256)) * 1000):
            store.put(key(1), data)
            assert store.get(key(1)) == data
        assert len(store) == 1
    assert Store(tmp_path / "new" / "store").get(key(1)) == data


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_damaged_counts_as_not_there_and_can_be_put_again(
    damage: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    store = Store(tmp_path)
    store.put(key(1), b"a result")
    file = next(tmp_path.glob("results/*/*"))
    file.write_bytes(damage(file.read_bytes()))
    assert store.get(key(1)) is None
    store.put(key(1), b"a result")
    assert store.get(key(1)) == b"a result"


def test_a_result_under_another_name_is_not_believed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("ab" * 32, b"a result")
    file = next(tmp_path.glob("results/*/*"))
    file.rename(file.with_name(file.name.replace("abab", "abac", 1)))
    assert store.get("abac" + "ab" * 30) is None


@pytest.mark.parametrize("wrong", ["", "../../etc", "ABCDEF0123", "0123", "a" * 200])
def test_a_key_is_a_digest(wrong: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="is no key"):
        store.get(wrong)
    with pytest.raises(ValueError, match="is no key"):
        store.put(wrong, b"")


def test_the_manifest_says_what_it_is(tmp_path: Path) -> None:
    with Store(tmp_path, {"scenario": "tendring"}) as store:
        store.put(key(1), b"1")
    manifest = json.loads((tmp_path / "store.json").read_text(encoding="utf-8"))
    assert manifest["written_by"] == f"care-costmodel {__version__}"
    assert manifest["results"] == 1
    assert manifest["about"] == {"scenario": "tendring"}
    assert "Deleting the folder loses nothing but time" in manifest["what"]


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(NotAStoreError, match=r"holds thesis\.docx and is no store of results"):
        Store(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotAStoreError, match="is not a folder"):
        Store(tmp_path / "file")


def test_a_store_in_a_later_form_is_refused(tmp_path: Path) -> None:
    Store(tmp_path)
    (tmp_path / "store.json").write_text('{"format": 99, "written_by": "care-costmodel 9"}', encoding="utf-8")
    with pytest.raises(NotAStoreError, match="written by care-costmodel 9 in a form that is not read here"):
        Store(tmp_path)


def test_a_store_without_its_manifest_is_a_store(tmp_path: Path) -> None:
    Store(tmp_path).put(key(1), b"1")
    (tmp_path / "store.json").write_text("{torn", encoding="utf-8")
    assert Store(tmp_path).get(key(1)) == b"1"


def test_a_full_disk_is_told_and_nothing_half_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.put(key(1), b"1")

    def full(file: Path, content: bytes) -> int:
        with file.open("wb") as stream:
            stream.write(content[:5])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CannotKeepError, match=r"cannot keep results in .*: No space left on device"):
        store.put(key(2), b"2")
    assert list((tmp_path / "unfinished").iterdir()) == []
    assert store.get(key(1)) == b"1"
    assert store.get(key(2)) is None


def test_a_folder_that_has_gone_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (tmp_path / "store").rename(tmp_path / "elsewhere")
    with pytest.raises(CannotKeepError):
        store.put(key(1), b"1")
    assert list(tmp_path.iterdir()) == [tmp_path / "elsewhere"]


def test_leftovers_of_the_dead_and_of_yesterday_are_swept_up(tmp_path: Path) -> None:
    Store(tmp_path)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = socket.gethostname()
    names = {
        "dead": f"{here}~{ended.pid}~aa",
        "alive": f"{here}~{os.getpid()}~bb",
        "elsewhere": f"not-{here}~{ended.pid}~cc",
        "old": f"not-{here}~{ended.pid}~dd",
        "nameless": "something",
    }
    for name in names.values():
        (tmp_path / "unfinished" / name).touch()
    yesterday = time.time() - DAY - 60
    os.utime(tmp_path / "unfinished" / names["old"], (yesterday, yesterday))
    Store(tmp_path)
    left = {file.name for file in (tmp_path / "unfinished").iterdir()}
    if sys.platform != "win32":
        assert left == {names["alive"], names["elsewhere"], names["nameless"]}


def test_two_stores_on_one_folder_do_no_harm(tmp_path: Path) -> None:
    def write(start: int) -> None:
        store = Store(tmp_path)
        for number in range(start, start + 60):
            store.put(key(number), str(number).encode())
            assert store.get(key(number)) == str(number).encode()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [0, 0, 30, 30]))
    store = Store(tmp_path)
    assert len(store) == 90
    assert list((tmp_path / "unfinished").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_writer_leaves_only_whole_results(tmp_path: Path) -> None:
    chance = random.Random(1)
    written = 0
    for _ in range(10):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(written)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.1))
            process.send_signal(signal.SIGKILL)
        files = sorted(tmp_path.glob("results/*/*"))
        store = Store(tmp_path)
        written = len(store)
        assert len(files) == written
        assert list((tmp_path / "unfinished").iterdir()) == []
        for number in range(written):
            assert store.get(key(number)) == str(number).encode() * 20_000
    assert written > 20
