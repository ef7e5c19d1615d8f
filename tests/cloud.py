"""AWS as the tests have it: clients for moto's in-process emulator, made once."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from moto import mock_aws

from chalicelib.adapters.aws import clients as aws
from chalicelib.adapters.aws import secrets

REGION = "cn-north-1"
BUCKET = "banjian-test"


@lru_cache
def client(service: str) -> Any:
    """Outside of `mock_aws` its calls go nowhere: the key is nobody's."""
    session = botocore.session.Session()
    session.set_credentials("testing", "testing")
    config = Config(signature_version="s3v4") if service == "s3" else Config()
    return session.create_client(service, region_name=REGION, config=config)


def bucket() -> str:
    """A new bucket, versioned as the real one is."""
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return BUCKET


@contextmanager
def stack(patch: pytest.MonkeyPatch, secret: bytes) -> Iterator[None]:
    """An empty one, which the environment names, as for a function of Lambda."""
    patch.setattr(aws, "client", client)
    secrets.secret.cache_clear()
    with mock_aws():
        events_table("events")
        table("log")
        table("views")
        sign_ins_table("sign-ins")
        topic = client("sns").create_topic(Name="committed")["TopicArn"]
        rebuilds = client("sqs").create_queue(QueueName="rebuilds")["QueueUrl"]
        named = {
            "EVENTS_TABLE": "events",
            "LOG_TABLE": "log",
            "VIEWS_TABLE": "views",
            "SIGN_INS_TABLE": "sign-ins",
            "BUCKET": bucket(),
            "TOPIC": topic,
            "REBUILDS": rebuilds,
            "SECRET": "ssm:/banjian/secret",
        }
        for name, value in named.items():
            patch.setenv(f"BANJIAN_{name}", value)
        keep_secret("base64:" + b64encode(secret).decode())
        yield
    secrets.secret.cache_clear()


def table(
    name: str, partition: str = "pk", sort: str = "sk", kind: Any = "S", *, on: Any = None
) -> None:
    """Made with the client `on`, if not with the usual one; with a stream, as the events' has."""
    (on or client("dynamodb")).create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": partition, "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": partition, "AttributeType": "S"},
            {"AttributeName": sort, "AttributeType": kind},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )


def events_table(name: str, *, on: Any = None) -> None:
    table(name, "stream", "version", "N", on=on)


def keep_secret(value: str) -> None:
    client("ssm").put_parameter(
        Name="/banjian/secret", Value=value, Type="SecureString", Overwrite=True
    )


def sign_ins_table(name: str) -> None:
    """As infra/templates/storage.yaml has it."""
    client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
