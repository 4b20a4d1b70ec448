from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import browser
from deploy.local.places import Places
from deploy.local.problems import CannotRun


@pytest.fixture
def no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain user on a machine without a browser and without Chinese characters."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "privileged", lambda: False)
    monkeypatch.setattr(browser, "on_this_system", lambda: None)
    monkeypatch.setattr(browser, "has_chinese_font", lambda: False)


def stub(path: Path, status: int) -> Path:
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_a_stub_is_not_a_browser(tmp_path: Path) -> None:
    assert browser.works(stub(tmp_path / "good", 0))
    assert not browser.works(stub(tmp_path / "snap", 1))
    assert not browser.works(tmp_path / "absent")


def test_the_callers_choice_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/chrome")
    assert browser.provide(Places(tmp_path)) == {"CHROMIUM": "/opt/chrome"}


@pytest.mark.usefixtures("no_system")
def test_without_any_browser_the_administrators_line_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_unpack", lambda _shipped, directory: stub(directory / "chromium", 127))
    with pytest.raises(CannotRun, match=r"`apt-get install --no-install-recommends chromium fonts-wqy-microhei`$"):
        browser.provide(Places(tmp_path))


@pytest.mark.usefixtures("no_system")
def test_a_plain_user_gets_the_browser_and_the_font_from_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_unpack", lambda _shipped, directory: stub(directory / "chromium", 0))
    wrapper = Path(browser.provide(Places(tmp_path))["CHROMIUM"])
    assert f"exec '{tmp_path}/.data/browser/chromium' \"$@\"" in wrapper.read_text()
    assert f"<dir>{tmp_path}/node_modules/@expo-google-fonts" in (wrapper.parent / "fonts.conf").read_text()


@pytest.mark.usefixtures("no_system")
def test_a_systems_browser_without_a_font_gets_the_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stub(tmp_path / "chromium", 0)
    monkeypatch.setattr(browser, "on_this_system", lambda: str(program))
    wrapper = Path(browser.provide(Places(tmp_path))["CHROMIUM"])
    assert f"exec '{program}' \"$@\"" in wrapper.read_text()


@pytest.mark.usefixtures("no_system")
def test_root_installs_by_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    monkeypatch.setattr(browser, "privileged", lambda: True)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(browser, "install_by_apt", lambda: found.append("/usr/bin/chromium"))
    monkeypatch.setattr(browser, "on_this_system", lambda: found[0] if found else None)
    monkeypatch.setattr(browser, "has_chinese_font", lambda: bool(found))
    assert browser.provide(Places(tmp_path)) == {"CHROMIUM": "/usr/bin/chromium"}
