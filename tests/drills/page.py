"""The commands of a section of docs/operating.md, done to the letter but for where things lie."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("operating.md", "operating.zh-CN.md")
SECTIONS = {"operating.md": "Back up and restore", "operating.zh-CN.md": "备份与恢复"}


def commands(page: str, begins: str = "") -> list[str]:
    """Those of the section about backups that begin so, as they stand there."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    section = text.partition(f"## {SECTIONS[page]}\n")[2].partition("\n## ")[0]
    lines = [line.strip() for line in section.splitlines() if line.startswith("    ")]
    found = [line for line in lines if line.startswith((".venv/bin/banjian ", "cd "))]
    return [line for line in found if line.startswith(begins)]


def command(begins: str) -> str:
    """The one of the English page."""
    (found,) = commands("operating.md", begins)
    return found


def done(told: str, backup: Path, data: Path) -> subprocess.CompletedProcess[str]:
    """What a shell makes of it, with the page's directories put elsewhere."""
    moved = told.replace("/backup/banjian", str(backup)).replace("/srv/banjian", str(data))
    banjian = str(Path(sys.executable).with_name("banjian"))
    return subprocess.run(  # noqa: S602 - it is what the page says to type
        moved.replace(".venv/bin/banjian", banjian),
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "1000"},
    )


def back_up(backup: Path, data: Path) -> str:
    return _fine(done(command(".venv/bin/banjian backup"), backup, data))


def restore(backup: Path, data: Path) -> str:
    return _fine(done(command(".venv/bin/banjian restore"), backup, data))


def verify(data: Path) -> str:
    return _fine(done(f"{command('.venv/bin/banjian verify')} --all", data, data))


def _fine(it: subprocess.CompletedProcess[str]) -> str:
    assert it.returncode == 0, it.stdout + it.stderr
    return it.stdout
