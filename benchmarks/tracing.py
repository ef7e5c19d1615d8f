"""
What tracing adds to a cold start: the X-Ray SDK that stands behind the port, and OpenTelemetry.

Each is a process of its own, in turn: a function has done all of its first request but the calls
to AWS (its clients are made), then the tracer is imported and made, and has one span. Time is the
CPU time of that, bytecode written beforehand; memory is the highest that was resident, beyond a
process without a tracer; size is what the tracer alone brings into the package, zipped.
OpenTelemetry is no dependency: it is installed from .ci/otel.lock into a directory for the run.
Nobody listens where the spans go.
"""

import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.bytecode import compiled

from .coldstart import FIRST, ROOT, environment, stored

ROUNDS = 15
LOCK = ROOT / ".ci" / "otel.lock"
XRAY = """
from chalicelib.adapters.watching.tracing import Tracer
tracer = Tracer("127.0.0.1:2000")
with tracer.span("first", stream="case-1"):
    pass
"""
# Spans of X-Ray's own ids, as a function on Lambda needs them.
OTEL_SDK = """
from opentelemetry.sdk.extension.aws.trace import AwsXRayIdGenerator
from opentelemetry.sdk.trace import TracerProvider
provider = TracerProvider(id_generator=AwsXRayIdGenerator(), shutdown_on_exit=False)
"""
SPAN = """
with provider.get_tracer("banjian").start_as_current_span("first", attributes={"stream": "case-1"}):
    pass
"""
OTEL_OTLP = f"""{OTEL_SDK}
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import BatchSpanProcessor
exporter = OTLPSpanExporter("http://127.0.0.1:4318/v1/traces")
provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=60_000))
"""
KINDS = {"none": "", "xray": XRAY, "otel_sdk": OTEL_SDK + SPAN, "otel_otlp": OTEL_OTLP + SPAN}
# A child has its parent's high-water mark until it is another program, so /proc tells it instead.
MEASURED = """
import os, sys
from time import process_time as now
sys.path.append(sys.argv[2])
{base}
began = now()
{tracer}
spent = now() - began
resident = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(spent, resident.split()[1], flush=True)
os._exit(0)  # what nobody takes is not waited for
"""


def run() -> dict[str, float]:
    """
    Of each kind: KIND_ms (the median, then the quartiles), KIND_mb (2**20 bytes resident beyond no
    tracer, a median) and KIND_package_mb; KIND_ratio: its time against that of the X-Ray SDK.
    """
    with TemporaryDirectory() as made:
        otel = Path(made) / "otel"
        _install(otel)
        env = environment(Path(made) / "bytecode")
        rounds = [_round(otel, env) for _ in range(ROUNDS + 1)][1:]
        sizes = _sizes(otel, Path(made))
    figures = dict[str, float]()
    for kind in sizes:
        times = [1000 * one[kind][0] for one in rounds]
        low, middle, high = statistics.quantiles(times, n=4)
        figures |= {f"{kind}_ms": middle, f"{kind}_low_ms": low, f"{kind}_high_ms": high}
        figures[f"{kind}_ratio"] = middle / statistics.median(
            1000 * one["xray"][0] for one in rounds
        )
        figures[f"{kind}_mb"] = statistics.median(one[kind][1] - one["none"][1] for one in rounds)
        figures[f"{kind}_package_mb"] = sizes[kind]
    return {name: round(figure, 2) for name, figure in figures.items()}


def _install(directory: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*command, "--target", str(directory), "-r", str(LOCK)], check=True)


def _round(otel: Path, env: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    return {kind: _once(tracer, otel, env) for kind, tracer in KINDS.items()}


def _once(tracer: str, otel: Path, env: Mapping[str, str]) -> tuple[float, float]:
    """CPU seconds, and the highest that was resident in units of 2**20 bytes."""
    code = MEASURED.format(base=FIRST, tracer=tracer)
    command = [sys.executable, "-c", code, stored(), str(otel)]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    seconds, kilobytes = done.stdout.split()
    return float(seconds), int(kilobytes) / 1024


def _sizes(otel: Path, made: Path) -> dict[str, float]:
    """Of what each kind brings that the service has not anyway."""
    ours, theirs = _by_name(distributions()), _by_name(distributions(path=[str(otel)]))
    needed = map(Requirement, ours["banjian"].requires or ())
    service: set[str] = {canonicalize_name(one.name) for one in needed if one.marker is None}
    shared = _closure(service - {"aws-xray-sdk"}, ours)
    sdk = {"opentelemetry-sdk", "opentelemetry-sdk-extension-aws"}
    brought = {
        "xray": [ours[one] for one in _closure({"aws-xray-sdk"}, ours) - shared],
        "otel_sdk": [theirs[one] for one in _closure(sdk, theirs) - shared],
        "otel_otlp": [theirs[one] for one in theirs.keys() - shared],
    }
    return {kind: _zipped(some, made / kind) for kind, some in brought.items()}


def _by_name(found: Iterable[Distribution]) -> dict[str, Distribution]:
    return {canonicalize_name(one.name): one for one in found}


def _closure(names: Iterable[str], there: Mapping[str, Distribution]) -> set[str]:
    found, asked = set[str](), list(names)
    while asked:
        name = asked.pop()
        if name in there and name not in found:
            found.add(name)
            needed = map(Requirement, there[name].requires or ())
            asked += [
                canonicalize_name(one.name)
                for one in needed
                if one.marker is None or one.marker.evaluate({"extra": ""})
            ]
    return found


def _zipped(packages: Iterable[Distribution], made: Path) -> float:
    """In units of 2**20 bytes, with bytecode, as infra/ packs it."""
    for package in packages:
        for file in package.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (made / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), made / file)
    compiled(made)
    return Path(shutil.make_archive(str(made), "zip", made)).stat().st_size / 2**20
