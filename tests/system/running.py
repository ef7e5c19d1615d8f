"""A real service in a process of its own, for tests and benchmarks that need one."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx

ROOT = Path(__file__).resolve().parents[2]
# Counted all the same: a load comes from one account, and more of it than people send.
UNLIMITED = "usual.account=1000000/1,usual.address=1000000/1"
BANJIAN = Path(sys.executable).with_name("banjian")
START_SECONDS = 60.0


class Running:
    """`url` is where it listens; `process` may be killed at any time."""

    def __init__(
        self,
        data: Path,
        *options: str,
        limits: str = UNLIMITED,
        umask: int = -1,
        **settings: str,
    ) -> None:
        self.data = data
        self.process = subprocess.Popen(
            self.command("serve", "--data", data, "--port", "0", *options),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                "COLUMNS": "200",
                "PATH": "/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(ROOT),  # this tree, whatever was installed
                "BANJIAN_LIMITS": limits,
                **settings,
            },
            umask=umask,
        )
        self.output: list[str] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = self._wait_for(r"http://127\.0\.0\.1:\d+")

    def command(self, *arguments: str | os.PathLike[str]) -> list[str | os.PathLike[str]]:
        return [BANJIAN, *arguments]

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.output.extend(self.process.stdout)

    def _wait_for(self, pattern: str) -> str:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            found = re.search(pattern, "".join(list(self.output)))
            if found:
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.kill()
        raise AssertionError("the service did not start:\n" + "".join(self.output))

    def wait_for(self, pattern: str) -> str:
        """What the service prints that fits `pattern`, once it does."""
        return self._wait_for(pattern)

    def consumers(self) -> int:
        """The process that the service started for its consumers, once it is there."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            for task in Path(f"/proc/{self.process.pid}/task").iterdir():
                for child in (task / "children").read_text(encoding="ascii").split():
                    return int(child)
            time.sleep(0.02)
        raise AssertionError("the service has started no process")

    def kill(self) -> None:
        self.process.kill()
        self.ended()

    def stop(self) -> int:
        self.process.terminate()
        return self.ended()

    def ended(self) -> int:
        """How it ended, once it has."""
        code = self.process.wait(60)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@contextmanager
def running(
    data: Path, *options: str, limits: str = UNLIMITED, umask: int = -1, **settings: str
) -> Iterator[Running]:
    service = Running(data, *options, limits=limits, umask=umask, **settings)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.kill()


def token(data: Path, who: str) -> str:
    done = subprocess.run(
        [BANJIAN, "token", "--as", who, "--data", data],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def client(url: str, bearer: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {bearer}", "Accept-Language": "en"}
    return httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False)
