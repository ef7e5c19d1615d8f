"""`python -m infra.package STAGE`: the package and its SAM template, in build/STAGE/."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from .archive import PackageError, finish
from .functions import ROOT
from .locking.targets import Target, on_lambda
from .template import merged

BUILD: Final = ROOT / "build"
ZIP: Final = "deployment.zip"
TEMPLATE: Final = "sam.json"
LOCK: Final = "requirements.txt"


def package(stage: str, out: Path, *, api_keys: bool = False, project: Path = ROOT) -> Path:
    """
    The template, beside the zip that it names. Needs neither an account nor AWS's command line; pip
    fetches what requirements.txt locks, file by file. Raises KeyError for an unknown stage,
    PackageError, OSError, and CalledProcessError if chalice cannot do it.
    """
    out.mkdir(parents=True, exist_ok=True)
    merge = out / "merge.json"
    merge.write_text(json.dumps(merged(stage, api_keys=api_keys), indent=2), encoding="utf-8")
    lock = project / LOCK
    subprocess.run(  # noqa: S603 - our own arguments, no shell
        [
            *("chalice", "--project-dir", str(project), "package", "--stage", stage),
            *("--merge-template", str(merge), str(out)),
        ],
        executable=str(Path(sys.executable).with_name("chalice")),
        env={
            **os.environ,
            # Chalice asks for a region, though the template is the same for each.
            "AWS_DEFAULT_REGION": "us-east-1",
            # What pip took for this machine chalice asks for again, for Lambda, by version alone.
            "PIP_CONSTRAINT": str(lock),
        },
        check=True,
        # What chalice says is no result of ours.
        stdout=sys.stderr,
    )
    finish(out / ZIP, targets(out / TEMPLATE), lock.read_text(encoding="utf-8"))
    return out / TEMPLATE


def targets(template: Path) -> set[Target]:
    """What the functions in the template run on."""
    resources = json.loads(template.read_text(encoding="utf-8"))["Resources"].values()
    functions = (
        one["Properties"] for one in resources if one["Type"] == "AWS::Serverless::Function"
    )
    return {
        on_lambda(one["Runtime"], machine)
        for one in functions
        for machine in one.get("Architectures", ["x86_64"])
    }


def main() -> None:
    parser = ArgumentParser(prog="infra.package", description=__doc__)
    parser.add_argument("stage")
    parser.add_argument("--out", type=Path, help="directory; build/STAGE if not given")
    parser.add_argument("--api-keys", action="store_true", help="every request must bring a key")
    given = parser.parse_args()
    try:
        template = package(given.stage, given.out or BUILD / given.stage, api_keys=given.api_keys)
    except PackageError as error:
        sys.exit(f"not packaged: {error}")
    size = template.with_name(ZIP).stat().st_size
    sys.stdout.write(f"{template}\n{template.with_name(ZIP)}: {size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
