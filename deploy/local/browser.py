"""A browser and a Chinese font for the tests: the system's, by apt where we are root, or from npm packages."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Final

import brotli  # type: ignore[import-untyped]  # comes without stubs

from deploy.local.console import say
from deploy.local.files import write_whole
from deploy.local.places import Places
from deploy.local.problems import CannotRun
from deploy.local.processes import privileged

NAMES: Final = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
DEBIAN_PACKAGES: Final = ("chromium", "fonts-wqy-microhei")
ADMINISTRATORS_LINE: Final = f"apt-get install --no-install-recommends {' '.join(DEBIAN_PACKAGES)}"
SHIPPED: Final = Path("node_modules/@sparticuz/chromium/bin")
FONT: Final = Path("node_modules/@expo-google-fonts/noto-sans-sc/400Regular")

FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{font}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""
WRAPPER: Final = """#!/bin/sh
# Written by deploy/local/browser.py.
{variables}
exec {program} "$@"
"""


def works(program: str | Path) -> bool:
    """Say whether a browser starts at all: some systems have a stub of that name, or lack its libraries."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def on_this_system() -> str | None:
    """Return the system's browser, or None."""
    found = (shutil.which(name) for name in NAMES)
    return next((program for program in found if program and works(program)), None)


def has_chinese_font() -> bool:
    """Say whether the system has a font with Chinese characters."""
    program = shutil.which("fc-list")
    return program is not None and bool(
        subprocess.run([program, ":lang=zh-cn", "family"], capture_output=True).stdout.strip()
    )


def install_by_apt() -> None:
    """Install Chromium and a Chinese font as root; where that fails, what npm ships has to do."""
    say("browser", f"apt-get installs {' and '.join(DEBIAN_PACKAGES)}")
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]
    for command in (["apt-get", "update"], install):
        result = subprocess.run(command, env=environment, capture_output=True, text=True)
        if result.returncode:
            say("browser", f"{command[1]} failed: {(result.stderr.strip() or 'no reason given').splitlines()[-1]}")


def provide(places: Places) -> dict[str, str]:
    """Return the variable CHROMIUM with a browser's path that renders Chinese; raise CannotRun if there is none."""
    if chosen := os.environ.get("CHROMIUM"):
        return {"CHROMIUM": chosen}
    program = on_this_system()
    if privileged() and shutil.which("apt-get") and (program is None or not has_chinese_font()):
        install_by_apt()
        program = on_this_system()
    if program is not None and has_chinese_font():
        return {"CHROMIUM": program}
    wrapper = _shipped(places, program)
    if not works(wrapper):
        raise CannotRun(f"The tests need a browser, and the one from npm does not start: `{ADMINISTRATORS_LINE}`")
    say("browser", f"using {program or 'the browser from npm'} with the font from npm")
    return {"CHROMIUM": str(wrapper)}


def _shipped(places: Places, program: str | None) -> Path:
    """Return a script that runs a browser with the font from npm, and the browser from npm where there is no other."""
    directory = places.data / "browser"
    directory.mkdir(parents=True, exist_ok=True)
    fonts = directory / "fonts.conf"
    write_whole(fonts, FONTS.format(font=places.checkout / FONT, cache=directory / "font-cache"))
    variables = [f"export FONTCONFIG_FILE='{fonts}'"]
    if program is None:
        _unpack(places.checkout / SHIPPED, directory)
        program = str(directory / "chromium")
        variables.append(f"export LD_LIBRARY_PATH='{directory / 'lib'}'")
    wrapper = directory / "browser"
    write_whole(wrapper, WRAPPER.format(variables="\n".join(variables), program=f"'{program}'"), mode=0o755)
    return wrapper


def _unpack(shipped: Path, directory: Path) -> None:
    """Unpack the browser and its libraries once; the browser comes last, so that it is there only when all is."""
    if (directory / "chromium").exists():
        return
    with tarfile.open(fileobj=io.BytesIO(_decompressed(shipped / "al2023.tar.br"))) as libraries:
        for member in filter(tarfile.TarInfo.isreg, libraries):
            content = libraries.extractfile(member)
            (directory / "lib").mkdir(exist_ok=True)
            (directory / "lib" / Path(member.name).name).write_bytes(content.read() if content else b"")
    fresh = directory / "chromium.new"
    fresh.write_bytes(_decompressed(shipped / "chromium.br"))
    fresh.chmod(0o755)
    fresh.rename(directory / "chromium")


def _decompressed(path: Path) -> bytes:
    return bytes(brotli.decompress(path.read_bytes()))
