"""
Import a log of 1,434 cases into a fresh, durable, embedded store, and one ten times as large.

The first is the real one (see examples/receipt-mapping.yaml) where it lies beside the project,
else one of the same shape; the other is made: as many rows a case, those of one case scattered
over the file. Each import is a process of its own, whose peak memory is what the system counted.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
RECEIPT = ROOT.parent / "shared" / "data" / "receipt.csv.gz"
MAPPING = ROOT / "examples" / "receipt-mapping.yaml"
CASES = 1434
ROWS = 6  # a case
TIMES = 10
ACTIVITIES = (
    "Confirmation of receipt",
    "T02 Check confirmation of receipt",
    "T04 Determine confirmation of receipt",
    "T05 Print and send confirmation of receipt",
    "T06 Determine necessity of stop advice",
    "T10 Determine necessity to stop indication",
)
HEADER = (
    "case:channel,case:concept:name,case:deadline,case:department,case:enddate,"
    "case:enddate_planned,case:group,case:responsible,case:startdate,concept:instance,"
    "concept:name,lifecycle:transition,org:group,org:resource,time:timestamp"
)
BEGIN = datetime.fromisoformat("2011-01-03T09:00:00+01:00")


def run() -> dict[str, float]:
    """rows_per_s, peak_memory_mb, idle_memory_mb; _10x of the larger log; memory_growth."""
    with TemporaryDirectory() as directory:
        place = Path(directory)
        log = RECEIPT if RECEIPT.exists() else generated(place / "log.csv", CASES)
        print(f"  {log.name}, then {CASES * TIMES:,} generated cases")
        small = _measured(log, place / "small")
        large = _measured(generated(place / "large.csv", CASES * TIMES), place / "large")
    return {
        "rows_per_s": round(small["rows"] / small["seconds"], 1),
        "peak_memory_mb": round(small["peak_mb"], 1),
        "idle_memory_mb": round(small["idle_mb"], 1),
        "rows_per_s_10x": round(large["rows"] / large["seconds"], 1),
        "peak_memory_10x_mb": round(large["peak_mb"], 1),
        "memory_growth": round(large["peak_mb"] / small["peak_mb"], 2),
    }


def generated(path: Path, cases: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEADER}\n")
        file.writelines(_lines(cases))
    return path


def _lines(cases: int) -> Iterator[str]:
    for step, activity in enumerate(ACTIVITIES):
        for case in range(cases):
            start = BEGIN + timedelta(minutes=case)
            at, deadline = start + timedelta(hours=step + 1), start + timedelta(days=56)
            yield (
                f"Internet,case-{case},{deadline},General,,{deadline},Group 2,"
                f"Resource{case % 48:02d},{start},task-{step}-{case},{activity},complete,"
                f"Group {step % 4 + 1},Resource{(case + step) % 48:02d},{at}\n"
            )


def _measured(log: Path, data: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.imports", str(log), str(data)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _import(log: Path, data: Path) -> None:
    from chalicelib import bootstrap
    from chalicelib.importing.files.import_log import run_import

    platform = bootstrap.embedded(data)
    idle = peak_mb()
    summary = run_import(platform, log, MAPPING, data=data)
    assert summary.skipped == 0, summary.problems[:3]
    figures = {"rows": summary.rows, "seconds": summary.seconds, "idle_mb": idle}
    print(json.dumps({**figures, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """Of this program: ru_maxrss begins with what the parent had when it started us."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    _import(Path(sys.argv[1]), Path(sys.argv[2]))
