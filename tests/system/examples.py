"""
`python -m tests.system.examples DATA`: what the demonstration publishes, without its guided case.

In a process of its own, so that nothing of the data is open in that of the tests.
"""

import subprocess
import sys
from pathlib import Path

from chalicelib import bootstrap
from chalicelib.serving import demonstration
from chalicelib.serving.umask import private_from_now_on

ROOT = Path(__file__).resolve().parents[2]


def published(data: Path) -> Path:
    """The directory, with invented items, departments, a registry and people."""
    subprocess.run([sys.executable, "-m", __name__, data], cwd=ROOT, check=True)
    return data


if __name__ == "__main__":
    private_from_now_on()
    demonstration.publish(bootstrap.embedded(Path(sys.argv[1])))
