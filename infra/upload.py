"""The bucket from which CloudFormation takes the package, and putting it there."""

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .package import ZIP
from .releases import FOLDER, content

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Json = dict[str, Any]


def artifacts(account: str, region: str) -> str:
    return f"banjian-artifacts-{account}-{region}"


def artifact_bucket(s3: "S3Client", partition: str, account: str, region: str) -> str:
    """Of this account and region, for every stage; made if it is not there. Raises ClientError."""
    bucket = artifacts(account, region)
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise
        _create(s3, bucket, region)
    # Also if it was there: a deployment that died may have left it open.
    _close(s3, bucket, partition)
    return bucket


def _create(s3: "S3Client", bucket: str, region: str) -> None:
    if region == "us-east-1":  # the one region that must not be named
        s3.create_bucket(Bucket=bucket)
    else:
        s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": region},  # type: ignore[typeddict-item]  # any region
        )


def _close(s3: "S3Client", bucket: str, partition: str) -> None:
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    arn = f"arn:{partition}:s3:::{bucket}"
    tls_only = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [tls_only]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def upload(s3: "S3Client", bucket: str, template: Path, stage: str) -> tuple[str, Json]:
    """
    The key of the template, and the template, as uploaded beside the zip it names. Both are named
    after what is in them, so an earlier release stays there to go back to (releases.py).
    """
    code = _put(s3, bucket, template.with_name(ZIP).read_bytes(), ".zip", stage)
    released: Json = json.loads(template.read_text(encoding="utf-8"))
    for resource in released["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{bucket}/{code}"
    return _put(s3, bucket, content(released), ".json", stage), released


def _put(s3: "S3Client", bucket: str, body: bytes, suffix: str, stage: str) -> str:
    key = f"{FOLDER}{sha256(body).hexdigest()}{suffix}"
    s3.put_object(
        Bucket=bucket, Key=key, Body=body, Metadata={"stage": stage}, ChecksumAlgorithm="SHA256"
    )
    return key
