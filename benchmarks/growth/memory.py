"""How much memory a program and those that it starts have at once."""

import subprocess
from pathlib import Path

EVERY = 0.1  # seconds
PROC = Path("/proc")


def peak_mb(process: "subprocess.Popen[str]") -> float:
    """
    The most that all of them had together, in MB, until `process` ends; 0 where the system has no
    /proc. What they share (the interpreter's code) is counted for each of them.
    """
    most = 0
    while True:
        most = max(most, _kilobytes(process.pid))
        try:
            process.wait(EVERY)
        except subprocess.TimeoutExpired:
            continue
        return most / 1024


def _kilobytes(pid: int) -> int:
    """Of a process and its descendants, those of them that still run."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
        children = (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()
    except OSError:
        return 0
    own = next((int(one.split()[1]) for one in lines if one.startswith("VmRSS")), 0)
    return own + sum(_kilobytes(int(child)) for child in children)
