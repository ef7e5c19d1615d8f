"""A function of AWS has no time to look through settings that were looked through when deployed."""

import subprocess
import sys

from tests.system.running import ROOT

PROGRAM = """
import sys
import app
from chalicelib import bootstrap
bootstrap.web(), bootstrap.on_aws(), bootstrap.proxies(), bootstrap.origins()
print(*sorted(name for name in sys.modules if name.startswith("chalicelib.bootstrap")))
"""


def test_the_table_of_settings_is_not_even_imported():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "chalicelib.bootstrap.settings" in loaded
    assert not {one for one in loaded if "variable" in one}
