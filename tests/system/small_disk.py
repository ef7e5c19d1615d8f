"""A service on a disk of its own, which a test can fill: a tmpfs that only its processes see."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from .running import BANJIAN, ROOT, Running

MEGABYTES = 64


@cache
def is_to_be_had() -> bool:
    """Whether this machine lets a process mount one for itself (unshare(1), user namespaces)."""
    try:
        tried = ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(tried, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


class OnSmallDisk(Running):
    """`disk` is that of the service, as this process sees it."""

    def __init__(self, data: Path, *options: str) -> None:
        data.mkdir(exist_ok=True)
        super().__init__(data, *options)
        self.disk = Path(f"/proc/{self.process.pid}/root{data}")

    def command(self, *arguments: str | os.PathLike[str]) -> list[str | os.PathLike[str]]:
        mount = f'mount -t tmpfs -o size={MEGABYTES}m tmpfs "$0"'
        examples = f'(cd "{ROOT}" && "{sys.executable}" -m tests.system.examples "$0")'
        script = f'{mount} && {examples} && exec "$@"'
        return ["unshare", "-Urm", "sh", "-c", script, self.data, *super().command(*arguments)]

    def fill(self) -> None:
        """To the last byte."""
        with (self.disk / "filler").open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def make_room(self) -> None:
        (self.disk / "filler").unlink()


@contextmanager
def on_small_disk(data: Path, *options: str) -> Iterator[OnSmallDisk]:
    service = OnSmallDisk(data, *options)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.kill()


def started_read_only(data: Path) -> "subprocess.CompletedProcess[str]":
    """`banjian serve` on data that lie on a disk which is mounted to be read only."""
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    serve: list[str | Path] = [BANJIAN, "serve", "--data", data, "--port", "0"]
    return subprocess.run(
        ["unshare", "-Urm", "sh", "-c", mount, data, *serve],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
    )
