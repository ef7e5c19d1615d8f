"""The platform's secret, where AWS keeps secrets."""

from base64 import b64decode
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ...eventlog.ports import Unavailable
from . import clients as aws

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

SHORTEST: Final = 32  # bytes
_BASE64: Final = "base64:"


@lru_cache
def secret(reference: str) -> bytes:
    """
    What `ssm:/name` (a SecureString of Parameter Store) or `secretsmanager:name-or-arn` holds, read
    once by a process. Text counts as UTF-8; after "base64:" it stands for any bytes, as those of an
    embedded platform's secret.key.

    Raises ValueError for another reference, or for a secret of fewer than SHORTEST bytes;
    Unavailable if there is none, or it may not be read.
    """
    kind, _, name = reference.partition(":")
    if kind not in ("ssm", "secretsmanager") or not name:
        raise ValueError(
            f"{reference!r} names no secret: it must be ssm:/name or secretsmanager:name-or-arn"
        )
    with aws.translated(f"the secret {reference} cannot be read"):
        value = _parameter(name) if kind == "ssm" else _secret(name)
    found = _bytes(reference, value)
    if len(found) < SHORTEST:
        raise ValueError(
            f"the secret {reference} has {len(found)} bytes: at least {SHORTEST} random ones are "
            "needed (openssl rand -base64 32)"
        )
    return found


def _parameter(name: str) -> str:
    client: SSMClient = aws.client("ssm")
    found = client.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    if found["Type"] != "SecureString":
        raise Unavailable(f"the parameter {name} lies open: store it as a SecureString")
    return found["Value"]


def _secret(name: str) -> str | bytes:
    client: SecretsManagerClient = aws.client("secretsmanager")
    found = client.get_secret_value(SecretId=name)
    return found["SecretString"] if "SecretString" in found else found["SecretBinary"]


def _bytes(reference: str, value: str | bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    if not value.startswith(_BASE64):
        return value.encode()
    try:
        return b64decode(value.removeprefix(_BASE64), validate=True)
    except ValueError as error:
        raise ValueError(f"the secret {reference} is not in base64 behind {_BASE64!r}") from error
