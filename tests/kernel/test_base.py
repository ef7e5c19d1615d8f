"""Models are built late for a quick start, and all at once before there are threads."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNTED = """
from chalicelib.kernel.base import Frozen

def every(kind):
    for one in kind.__subclasses__():
        yield one
        yield from every(one)

def unbuilt():
    return [one.__name__ for one in every(Frozen) if not one.__pydantic_complete__]
"""
SERVING = """
import app
from chalicelib.triggers.routes import import_all
from chalicelib.serving import wsgi

import_all(app.app)
before = unbuilt()
wsgi.wsgi(app.app)
assert len(before) > 40, "nothing is built late any more: this test can go"
assert unbuilt() == [], unbuilt()
"""
# Consumers are imported by their names: whatever they bring along must be there beforehand.
CONSUMING = """
import sys
from pathlib import Path
from chalicelib import bootstrap

bootstrap.build_all()
before = set(sys.modules)
platform = bootstrap.embedded(Path(sys.argv[1]))
every_one = [*bootstrap.consumers(platform), *bootstrap.schedules(platform)]
for one in bootstrap.schedules(platform):
    one.run()
assert every_one and unbuilt() == [], unbuilt()
brought = {name for name in set(sys.modules) - before if ".domain" in name}
assert not brought, brought
"""


@pytest.mark.parametrize("program", [SERVING, CONSUMING], ids=["serving", "consuming"])
def test_no_model_is_left_to_be_built_by_a_thread(program: str, tmp_path: Path):
    command = [sys.executable, "-c", COUNTED + program, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
