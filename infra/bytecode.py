"""
`python infra/bytecode.py DIRECTORY`: beside each module its bytecode, as the interpreter that runs
this reads it.

Run as a file, in a process of its own: what `marshal` writes depends a little on what else the
process has in memory.
"""

import sys
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from marshal import dumps
from pathlib import Path

# Python takes it as it is, without a look at the source: hash-based, not checked (PEP 552).
UNCHECKED_HASH = (0b01).to_bytes(4, "little")
# Where Lambda unpacks a package: for tracebacks.
ROOT = "/var/task"


def compiled(directory: Path) -> None:
    """Raises OSError, SyntaxError."""
    for file in sorted(directory.rglob("*.py")):
        target = Path(cache_from_source(str(file)))
        target.parent.mkdir(exist_ok=True)
        name = f"{ROOT}/{file.relative_to(directory).as_posix()}"
        target.write_bytes(bytecode(file.read_bytes(), name))


def bytecode(source: bytes, name: str) -> bytes:
    code = compile(source, name, "exec", dont_inherit=True)
    return MAGIC_NUMBER + UNCHECKED_HASH + source_hash(source) + dumps(code)


if __name__ == "__main__":
    compiled(Path(sys.argv[1]))
