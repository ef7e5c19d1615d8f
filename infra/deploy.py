"""
`python -m infra.deploy STAGE [NAME=VALUE ...]`: bring build/STAGE/ to the account, or with
`--release HASH` what was brought there before.

Region and credentials come from the environment (AWS_DEFAULT_REGION, AWS_PROFILE,
...); AWS's command line is not needed. At the end build/STAGE/environment says to the `banjian`
command where the stack's things are: `. build/STAGE/environment`.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.bootstrap.variables import mistakes_on_aws

from . import environment, releases
from .changes import DeployError, Release, carry_out, changes, propose, stack
from .functions import VARIABLES
from .package import BUILD, TEMPLATE
from .upload import artifact_bucket, artifacts, upload

Json = dict[str, Any]

STAGES: Final = Path(__file__).parent / "stages"


def main() -> None:
    given = _given()
    try:
        _asked_for(given)(given, botocore.session.get_session(), _say)
    except (DeployError, BotoCoreError, ClientError, OSError) as error:
        sys.exit(f"not done: {error}")


def _asked_for(given: Namespace) -> Callable[[Namespace, Any, Callable[[str], None]], None]:
    if given.releases:
        return list_releases
    return tell if given.environment else deploy


def _given() -> Namespace:
    parser = ArgumentParser(prog="infra.deploy", description=__doc__)
    parser.add_argument("stage")
    parser.add_argument(
        "values", nargs="*", metavar="NAME=VALUE", help="parameters of the template"
    )
    parser.add_argument("--parameters", type=Path, help="JSON file with more of them")
    parser.add_argument("--stack", help="name of the stack; banjian-STAGE if not given")
    parser.add_argument("--from", dest="directory", type=Path, help="build/STAGE if not given")
    parser.add_argument("--release", metavar="HASH", help="what was deployed before, as it was")
    parser.add_argument("--releases", action="store_true", help="deploy nothing; list these")
    parser.add_argument("--dry-run", action="store_true", help="tell what would change, and stop")
    parser.add_argument(
        "--replace", action="store_true", help="even if a table, bucket or key is lost to the stack"
    )
    parser.add_argument(
        "--environment", action="store_true", help="deploy nothing; write build/STAGE/environment"
    )
    return parser.parse_intermixed_args()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def deploy(given: Namespace, session: Any, say: Callable[[str], None]) -> None:
    """Raises DeployError, ClientError, BotoCoreError, OSError; the stack is then as it was."""
    s3, cloudformation = session.create_client("s3"), session.create_client("cloudformation")
    named = _named(given)
    there = stack(cloudformation, named)
    bucket, key, values = (_earlier if given.release else _built)(given, session, s3, there)
    release = Release(named, f"{s3.meta.endpoint_url}/{bucket}/{key}", values, given.stage)
    change_set = propose(cloudformation, release, f"deploy-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    if not change_set:
        say(f"{named} is as it should be: nothing to change")
    elif _agreed(given, cloudformation, change_set, say):
        carry_out(cloudformation, named, change_set, say)
    if given.dry_run:
        say("nothing was changed")
    else:
        say(f"Release: {key.removeprefix(releases.FOLDER)[: releases.SHORT]}")
        tell(given, session, say)


Ready = tuple[str, str, Mapping[str, str | None]]


def _built(given: Namespace, session: Any, s3: Any, there: Json | None) -> Ready:
    """Bucket and key of the template that make package wrote, now there, and its parameters."""
    template = _directory(given) / TEMPLATE
    if not template.exists():
        raise DeployError(f"there is no {template}: make package STAGE={given.stage}")
    declared = json.loads(template.read_text(encoding="utf-8"))["Parameters"]
    values = parameters(declared, _stage_s(given) | _asked(given), there)
    # Not of an earlier release: on the day that it comes back it ran with what it had.
    check(declared, values, there)
    identity = session.create_client("sts").get_caller_identity()
    partition = identity["Arn"].split(":")[1]
    bucket = artifact_bucket(s3, partition, identity["Account"], s3.meta.region_name)
    key, _ = upload(s3, bucket, template, given.stage)
    return bucket, key, values


def _earlier(given: Namespace, session: Any, s3: Any, there: Json | None) -> Ready:
    """The same of a release that lies there; the stage's file of today is not of its time."""
    place = _place(session, s3)
    digest = releases.named(s3, place, given.stage, given.release)
    key, template = releases.checked(s3, place, digest)
    return place.bucket, key, parameters(template["Parameters"], _asked(given), there)


def _place(session: Any, s3: Any) -> releases.Place:
    account = session.create_client("sts").get_caller_identity()["Account"]
    return releases.Place(artifacts(account, s3.meta.region_name), account)


def list_releases(given: Namespace, session: Any, say: Callable[[str], None]) -> None:
    """The last first. Raises ClientError, BotoCoreError."""
    s3, cloudformation = session.create_client("s3"), session.create_client("cloudformation")
    named = _named(given)
    now = releases.running(cloudformation, named) if stack(cloudformation, named) else ""
    for one in releases.stored(s3, _place(session, s3), given.stage):
        say(f"{one}{f'  {named} has it' if one.digest == now else ''}")


def tell(given: Namespace, session: Any, say: Callable[[str], None]) -> None:
    """
    Say where the things of a stack are, and write it down for the command line. Raises DeployError,
    ClientError, BotoCoreError, OSError.
    """
    cloudformation = session.create_client("cloudformation")
    found = stack(cloudformation, _named(given))
    if found is None:
        raise DeployError(f"there is no stack {_named(given)}: deploy it first")
    for one in found.get("Outputs", ()):
        say(f"{one['OutputKey']}: {one['OutputValue']}")
    file = environment.write(found, cloudformation.meta.region_name, _directory(given), given.stack)
    say(f"For the banjian command to work on it: . {file}")


def _named(given: Namespace) -> str:
    return given.stack or f"banjian-{given.stage}"


def _directory(given: Namespace) -> Path:
    return Path(given.directory or BUILD / given.stage)


def _agreed(
    given: Namespace, cloudformation: Any, change_set: str, say: Callable[[str], None]
) -> bool:
    planned = changes(cloudformation, change_set)
    for one in planned:
        say(str(one))
    lost = [f"{one.name} ({one.kind})" for one in planned if one.loses]
    if given.dry_run or (lost and not given.replace):
        cloudformation.delete_change_set(ChangeSetName=change_set)
    if lost and not given.replace:
        raise DeployError(
            f"this would part the stack from {', '.join(lost)}, which holds the record; "
            "if that is meant: --replace"
        )
    return not given.dry_run


def _stage_s(given: Namespace) -> dict[str, str]:
    """What infra/stages/ says of the stage."""
    file = STAGES / f"{given.stage}.json"
    return _values(file) if file.exists() else {}


def _asked(given: Namespace) -> dict[str, str]:
    """The values of the file, over them those of the command line."""
    asked = _values(given.parameters) if given.parameters else {}
    for value in given.values:
        name, equals, content = value.partition("=")
        if not equals:
            raise DeployError(f"{value!r} is not NAME=VALUE")
        asked[name] = content
    return asked


def _values(file: Path) -> dict[str, str]:
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DeployError(f"{file} is not JSON: {error}") from error
    if not isinstance(read, dict) or not all(isinstance(one, str) for one in read.values()):
        raise DeployError(f"{file} must be one object whose values are strings")
    return read


def parameters(
    declared: Mapping[str, Json], asked: Mapping[str, str], there: Json | None
) -> dict[str, str | None]:
    """
    A value for each; None keeps the stack's. Raises DeployError for what is missing or unknown.
    """
    unknown = asked.keys() - declared.keys()
    if unknown:
        raise DeployError(f"the template has no parameter {', '.join(sorted(unknown))}")
    kept = {one["ParameterKey"] for one in (there or {}).get("Parameters", ())} & declared.keys()
    missing = [
        f"{name} ({one.get('Description', '')})"
        for name, one in declared.items()
        if "Default" not in one and name not in asked and name not in kept
    ]
    if missing:
        raise DeployError(f"give a value for {', '.join(missing)}: NAME=VALUE")
    return {**dict.fromkeys(kept - asked.keys()), **asked}


def check(
    declared: Mapping[str, Json], values: Mapping[str, str | None], there: Json | None
) -> None:
    """
    What the functions will be told can be read: they have no time to look, and whoever comes first
    would hear of it. Raises DeployError, which names the parameters.
    """
    usual = {name: str(one.get("Default", "")) for name, one in declared.items()}
    kept = {
        one["ParameterKey"]: one["ParameterValue"] for one in (there or {}).get("Parameters", ())
    }
    asked = {name: value for name, value in values.items() if value is not None}
    whole = {name: (usual | kept | asked)[name] for name in declared}
    of = {told["Ref"]: name for name, told in VARIABLES.items() if told.get("Ref") in whole}
    wrong = mistakes_on_aws({variable: whole[name] for name, variable in of.items()})
    if wrong:
        named = {variable: name for name, variable in of.items()}
        raise DeployError("; ".join(f"{named.get(one.name, one.name)} ({one})" for one in wrong))


if __name__ == "__main__":
    main()
