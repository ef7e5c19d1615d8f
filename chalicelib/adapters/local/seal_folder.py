"""Seals in a folder, which may be mounted from another machine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ...eventlog.ports import Damaged, Unavailable
from .key_file import write_once


class SealFolder:
    """A Shelf. The folder is made with the first seal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> str:
        return str(self._folder)

    def names(self) -> Sequence[str]:
        with self._translated():
            try:
                return sorted(one.name for one in self._folder.iterdir())
            except FileNotFoundError:
                return ()

    def get(self, name: str, /) -> bytes | None:
        with self._translated():
            try:
                return (self._folder / name).read_bytes()
            except FileNotFoundError:
                return None

    def put(self, name: str, content: bytes, /) -> None:
        path = self._folder / name
        with self._translated():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                write_once(path, content)
            if path.read_bytes() != content:
                raise Damaged(f"{path} is another seal: none is written over")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"seals cannot be kept in {self._folder}: {error.strerror or error}; see to it, or "
                "name another place with BANJIAN_SEALS"
            ) from error
