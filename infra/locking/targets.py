"""Where the locks hold, and which files are loaded there (PEP 425, PEP 600)."""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Final, NamedTuple

from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

PYTHONS: Final = ((3, 11), (3, 12), (3, 13), (3, 14))
MACHINES: Final = ("x86_64", "aarch64")
# The glibc of Lambda: Amazon Linux 2 up to Python 3.11, then Amazon Linux 2023.
LAMBDA: Final = (26, 34)
# Of a Linux of these years, and the oldest that a wheel may name.
GLIBC, OLDEST = 39, 5
LEGACY: Final = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
MACOS: Final = (15, 0)


class Target(NamedTuple):
    """A CPython on Linux (`glibc` 2.x) or, with glibc 0, on macOS. `machine` as Linux calls it."""

    python: tuple[int, int]
    machine: str
    glibc: int = GLIBC

    def environment(self) -> dict[str, str]:
        """What markers ask (PEP 508)."""
        version = ".".join(map(str, self.python))
        on_linux = bool(self.glibc)
        return {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": self.machine if on_linux else self._on_macos(),
            "platform_python_implementation": "CPython",
            "platform_system": "Linux" if on_linux else "Darwin",
            "python_full_version": f"{version}.0",
            "python_version": version,
            "sys_platform": "linux" if on_linux else "darwin",
        }

    def _on_macos(self) -> str:
        return "arm64" if self.machine == "aarch64" else self.machine

    def platforms(self) -> Iterator[str]:
        if not self.glibc:
            yield from mac_platforms(MACOS, self._on_macos())
            return
        for minor in range(self.glibc, OLDEST - 1, -1):
            yield f"manylinux_2_{minor}_{self.machine}"
            if minor in LEGACY:
                yield f"{LEGACY[minor]}_{self.machine}"

    def loads(self, file: str) -> bool:
        """A wheel, by its name."""
        return not _tags(self).isdisjoint(parse_wheel_filename(file)[3])


@cache
def _tags(target: Target) -> frozenset[Tag]:
    python, platforms = target.python, list(target.platforms())
    interpreter = "cp{}{}".format(*python)
    return frozenset(
        [
            *cpython_tags(python, platforms=platforms),
            *compatible_tags(python, interpreter, platforms),
        ]
    )


def on_lambda(runtime: str, machine: str) -> Target:
    """Of a function: `python3.11`; `x86_64`, or `arm64` (aarch64) as AWS says it."""
    major, _, minor = runtime.removeprefix("python").partition(".")
    python = (int(major), int(minor))
    linux = "aarch64" if machine == "arm64" else machine
    return Target(python, linux, LAMBDA[python > PYTHONS[0]])


LINUX: Final = tuple(Target(*one) for one in product(PYTHONS, MACHINES))
ON_LAMBDA: Final = tuple(
    on_lambda("python{}.{}".format(*python), machine)
    for python, machine in product(PYTHONS, ("x86_64", "arm64"))
)
# Developers' machines too.
EVERYWHERE: Final = (*LINUX, *(one._replace(glibc=0) for one in LINUX))
