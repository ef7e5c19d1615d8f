"""
What was deployed before, to go back to: each release lies in the bucket as it was, its template
and the zip that it names, both named after the SHA-256 of what is in them.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .changes import DeployError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

Json = dict[str, Any]

FOLDER: Final = "releases/"
KEY: Final = re.compile(rf"{FOLDER}([0-9a-f]{{64}})\.json")
# Of a digest, as people say it; so much of it at least must be said.
SHORT: Final = 12
FEWEST: Final = 8


class Place(NamedTuple):
    """`account` owns the bucket, or nothing is read from it."""

    bucket: str
    account: str


class Stored(NamedTuple):
    """`digest` of its template; `stage` is "" if an earlier release did not note it."""

    digest: str
    stage: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.digest[:SHORT]}  {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def content(template: Json) -> bytes:
    """As it is stored, and digested."""
    return json.dumps(template, sort_keys=True).encode()


def stored(s3: "S3Client", place: Place, stage: str) -> list[Stored]:
    """Those of a stage, and those of which nobody knows it; the last first. Raises ClientError."""
    found = [one for one in _all(s3, place) if one.stage in {stage, ""}]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _all(s3: "S3Client", place: Place) -> Iterator[Stored]:
    owned: Any = {"Bucket": place.bucket, "ExpectedBucketOwner": place.account}
    for page in s3.get_paginator("list_objects_v2").paginate(**owned, Prefix=FOLDER):
        for entry in page.get("Contents", ()):
            if name := KEY.fullmatch(entry["Key"]):
                noted = s3.head_object(**owned, Key=entry["Key"])["Metadata"]
                yield Stored(name[1], noted.get("stage", ""), entry["LastModified"])


def running(cloudformation: "CloudFormationClient", stack: str) -> str:
    """The digest of the template that the stack has now. Raises ClientError."""
    found: Any = cloudformation.get_template(StackName=stack, TemplateStage="Original")
    body = found["TemplateBody"]
    return sha256(content(json.loads(body) if isinstance(body, str) else body)).hexdigest()


def named(s3: "S3Client", place: Place, stage: str, said: str) -> str:
    """The whole digest, of which `said` is the beginning. Raises DeployError, ClientError."""
    if not re.fullmatch(rf"[0-9a-f]{{{FEWEST},64}}", said):
        raise DeployError(f"{said!r} is no release: say {FEWEST} or more of its characters 0-9 a-f")
    fit = [one.digest for one in stored(s3, place, stage) if one.digest.startswith(said)]
    if len(fit) != 1:
        raise DeployError(f"{len(fit)} releases of {stage} begin with {said}: see --releases")
    return fit[0]


def checked(s3: "S3Client", place: Place, digest: str) -> tuple[str, Json]:
    """
    The key and the template of a release, of which every byte is as it was deployed. Raises
    DeployError if not, ClientError.
    """
    key = f"{FOLDER}{digest}.json"
    template: Json = json.loads(_whole(s3, place, key))
    for uri in {
        one["Properties"]["CodeUri"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::Serverless::Function"
    }:
        bucket, _, code = uri.removeprefix("s3://").partition("/")
        if bucket != place.bucket:
            raise DeployError(f"release {digest[:SHORT]} takes its code from elsewhere: {uri}")
        _whole(s3, place, code)
    return key, template


def _whole(s3: "S3Client", place: Place, key: str) -> bytes:
    try:
        found = s3.get_object(Bucket=place.bucket, Key=key, ExpectedBucketOwner=place.account)
    except s3.exceptions.NoSuchKey as error:
        raise DeployError(f"{key} is gone from {place.bucket}") from error
    read = found["Body"].read()
    if sha256(read).hexdigest() != key.removeprefix(FOLDER).partition(".")[0]:
        raise DeployError(f"{key} in {place.bucket} is not what was deployed: it was changed there")
    return read
