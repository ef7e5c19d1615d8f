"""Models are built late for a quick start, and all at once before there are threads."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import app
from chalicelib.triggers.routes import import_all
from chalicelib.kernel.base import Frozen
from chalicelib.serving import wsgi

def every(kind):
    for one in kind.__subclasses__():
        yield one
        yield from every(one)

import_all(app.app)
before = [one for one in every(Frozen) if not one.__pydantic_complete__]
wsgi.wsgi(app.app)
after = [one.__name__ for one in every(Frozen) if not one.__pydantic_complete__]
assert len(before) > 40, "nothing is built late any more: this test can go"
assert after == [], after
"""


def test_no_model_is_left_to_be_built_by_a_thread():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
