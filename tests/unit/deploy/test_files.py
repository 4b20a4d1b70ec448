from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import files


def test_a_written_file_is_whole_private_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "made" / "environment.json"
    files.write_json(target, {"b": 1, "a": "数据"})
    files.write_json(target, {"a": "再写"})
    assert files.read_json(target) == {"a": "再写"}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["environment.json"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "environment.json"
    files.write_whole(target, "old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        files.write_whole(target, "new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["environment.json"]


@pytest.mark.parametrize("content", ["", "{", "[1]", "\x00"])
def test_a_broken_file_counts_as_empty(tmp_path: Path, content: str) -> None:
    target = tmp_path / "secrets.json"
    target.write_text(content)
    assert files.read_json(target) == {}


def test_a_second_holder_is_refused_and_told_who_holds(tmp_path: Path) -> None:
    first, second = files.Lock(tmp_path / "lock"), files.Lock(tmp_path / "lock")
    assert first.acquire()
    first.note(pid=7, address="http://127.0.0.1:8000")
    assert not second.acquire()
    assert second.facts() == {"pid": 7, "address": "http://127.0.0.1:8000"}
    first.release()
    assert second.acquire()
    second.release()


def test_a_lock_ends_with_a_holder_that_was_killed(tmp_path: Path) -> None:
    hold = "import sys,time; from pathlib import Path; from deploy.local.files import Lock\n"
    hold += "lock = Lock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold, tmp_path / "lock"], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        lock = files.Lock(tmp_path / "lock")
        assert not lock.acquire()
        holder.kill()
        assert lock.acquire(timeout=5)
        lock.release()


def test_a_child_that_was_handed_the_lock_holds_it_too(tmp_path: Path) -> None:
    lock = files.Lock(tmp_path / "lock")
    assert lock.acquire()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[lock.handle])
    lock.release()
    assert not lock.acquire()
    child.kill()
    child.wait()
    assert lock.acquire()
    lock.release()
