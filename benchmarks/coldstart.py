"""
What a function costs before its first line: `import app` as it is deployed on AWS, and its package.

The peer is the least that any such function needs: chalice, pydantic and one botocore client. Each
import is a process of its own, the two in turn; bytecode is written beforehand, for both. Time is
that of the import statement, without the start of the interpreter.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import infra.package

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 15
APP = "import app"
# What a function has imported when it answers its first request of a case, or its first wake-up.
CASES = (
    "import app\n"
    "from chalicelib import bootstrap\n"
    "from chalicelib.bootstrap import issuers, signing, stack\n"
    "bootstrap.web()\n"
    "app.app.routes['/cases/{case_id}']['GET'].view_function.handler"
)
# All that it does: clients and validators are made too, and a case is folded. The secret is given.
FIRST = (
    "import json, sys, types\n"
    f"{CASES}\n"
    "stack.secret = lambda: bytes(32)\n"
    "web = bootstrap.web()\n"
    "platform, _ = web.platform(), web.verifier()\n"
    "from chalicelib.cases.domain import fold\n"
    "from chalicelib.eventlog.codec import facts\n"
    "bodies = json.loads(sys.argv[1])\n"
    "commits = [types.SimpleNamespace(stream='case-1', body=one.encode()) for one in bodies]\n"
    "fold(facts(platform.codec, commits))"
)
WAKE = "import app\nfrom chalicelib import bootstrap\nbootstrap.cloud()"
PEER = (
    "import chalice.app, pydantic, botocore.session\n"
    "botocore.session.get_session().create_client('dynamodb')"
)
STATEMENTS = (APP, CASES, FIRST, WAKE, PEER)
# Published examples that follow one another.
EVENTS = ("CaseSubmitted", "SubmissionReceived", "CaseAccepted")
TIMED = "from time import perf_counter as now; began = now()\n{}\nprint(now() - began)"
REGION = "cn-north-1"
DEPLOYED = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "BANJIAN_EVENTS_TABLE": "events",
    "BANJIAN_LOG_TABLE": "log",
    "BANJIAN_VIEWS_TABLE": "views",
    "BANJIAN_BUCKET": "bucket",
    "BANJIAN_TOPIC": f"arn:aws-cn:sns:{REGION}:000000000000:committed",
    "BANJIAN_SIGN_INS_TABLE": "sign-ins",
    "BANJIAN_SIGNING_KEY": "alias/banjian",
    "BANJIAN_SECRET": "ssm:/banjian/secret",
    "BANJIAN_ISSUER": "https://issuer.example",
    "BANJIAN_AUDIENCE": "banjian",
    "BANJIAN_JWKS": "https://issuer.example/jwks.json",
    "BANJIAN_STAGE": "prod",
    "BANJIAN_TRACING": "",
}


def run() -> dict[str, float]:
    """
    import_ms, peer_ms, import_ratio: medians; case_ratio and wake_ratio: the same with all that the
    first request of a case, or the first wake-up, imports; first_ratio: with all that such a
    request does but the calls to AWS; package_mb, unpacked_mb: in units of 2**20.
    """
    with TemporaryDirectory() as directory:
        app, cases, first, wake, peer = imports(environment(Path(directory) / "bytecode"))
        packed, unpacked = package(Path(directory))
    return {
        "import_ms": round(app * 1000, 1),
        "peer_ms": round(peer * 1000, 1),
        "import_ratio": round(app / peer, 2),
        "case_ratio": round(cases / peer, 2),
        "first_ratio": round(first / peer, 2),
        "wake_ratio": round(wake / peer, 2),
        "package_mb": round(packed / 2**20, 2),
        "unpacked_mb": round(unpacked / 2**20, 2),
    }


def environment(bytecode: Path) -> Mapping[str, str]:
    """That of a deployed function; of this process's own, nothing that Python or AWS would heed."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "AWS_", "BANJIAN_"))
    }
    return {**kept, **DEPLOYED, "PYTHONPYCACHEPREFIX": str(bytecode)}


def imports(env: Mapping[str, str]) -> list[float]:
    """Seconds that STATEMENTS take, each the median of ROUNDS, without the first, cold one."""
    rounds = [[seconds(one, env) for one in STATEMENTS] for _ in range(ROUNDS + 1)][1:]
    return [statistics.median(each) for each in zip(*rounds, strict=True)]


def seconds(statement: str, env: Mapping[str, str]) -> float:
    command = [sys.executable, "-c", TIMED.replace("{}", statement), stored()]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    return float(done.stdout)


@cache
def stored() -> str:
    """The bodies of a case's first commits, as a JSON list."""
    return json.dumps([_body(json.loads(_example(name).read_text("utf-8"))) for name in EVENTS])


def _example(name: str) -> Path:
    return max((ROOT / "events" / "case").glob(f"{name}.v*.example.json"))


def _body(event: Mapping[str, Any]) -> str:
    common = ("recorded_at", "correlation_id", "occurred_at", "actor", "channel")
    entry = {name: event[name] for name in ("type", "schema", "data")}
    return json.dumps({**{name: event[name] for name in common}, "events": [entry]})


def package(directory: Path) -> tuple[int, int]:
    """Bytes of what `make package` makes, zipped and not; it needs the package index."""
    packed = infra.package.package("prod", directory / "package").with_name(infra.package.ZIP)
    shutil.unpack_archive(packed, directory / "unpacked")
    files = (directory / "unpacked").rglob("*")
    return packed.stat().st_size, sum(path.stat().st_size for path in files if path.is_file())
