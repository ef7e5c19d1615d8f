"""The platform's secret, in Parameter Store and in Secrets Manager."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.adapters.aws import clients as aws
from chalicelib.adapters.aws.secrets import secret
from chalicelib.eventlog.ports import Unavailable

from ... import cloud

TEXT = "four and twenty blackbirds, in a pie"
RAW = bytes(range(32))


@pytest.fixture(autouse=True)
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(aws, "client", cloud.client)
    secret.cache_clear()
    with mock_aws():
        yield
    secret.cache_clear()


def parameter(value: str, kind: Any = "SecureString") -> str:
    cloud.client("ssm").put_parameter(Name="/banjian/secret", Value=value, Type=kind)
    return "ssm:/banjian/secret"


def managed(value: str | bytes) -> str:
    form = {"SecretString" if isinstance(value, str) else "SecretBinary": value}
    made = cloud.client("secretsmanager").create_secret(Name="banjian/secret", **form)
    return f"secretsmanager:{made['ARN']}"


@pytest.mark.parametrize("keep", [parameter, managed])
def test_a_secret_is_what_was_stored(keep: Callable[[str], str]):
    assert secret(keep(TEXT)) == TEXT.encode()


def test_a_secret_is_found_by_its_name_as_by_its_arn():
    managed(TEXT)
    assert secret("secretsmanager:banjian/secret") == TEXT.encode()


def test_a_secret_of_bytes_is_those_bytes():
    assert secret(managed(RAW)) == RAW


@pytest.mark.parametrize("keep", [parameter, managed])
def test_bytes_are_written_in_base64_where_there_is_only_text(keep: Callable[[str], str]):
    assert secret(keep(f"base64:{b64encode(RAW).decode()}")) == RAW


def test_a_secret_is_read_once_by_a_process():
    reference = parameter(TEXT)
    secret(reference)
    cloud.client("ssm").delete_parameter(Name="/banjian/secret")
    assert secret(reference) == TEXT.encode()


@pytest.mark.parametrize("keep", [parameter, managed])
@pytest.mark.parametrize(
    "value", ["x" * 31, f"base64:{b64encode(RAW[:31]).decode()}"], ids=["text", "base64"]
)
def test_a_secret_that_can_be_guessed_is_refused(keep: Callable[[str], str], value: str):
    with pytest.raises(ValueError, match="31 bytes"):
        secret(keep(value))


def test_what_is_not_base64_is_refused():
    with pytest.raises(ValueError, match="base64"):
        secret(parameter("base64:" + "?" * 48))


def test_a_parameter_that_lies_open_is_refused():
    with pytest.raises(Unavailable, match="SecureString"):
        secret(parameter(TEXT, kind="String"))


@pytest.mark.parametrize("reference", ["ssm:/none", "secretsmanager:none"])
def test_a_secret_that_is_not_there_is_said_so_and_looked_for_again(reference: str):
    with pytest.raises(Unavailable, match=reference):
        secret(reference)
    name = reference.partition(":")[2]
    cloud.client("ssm").put_parameter(Name=name, Value=TEXT, Type="SecureString")
    cloud.client("secretsmanager").create_secret(Name=name, SecretString=TEXT)
    assert secret(reference) == TEXT.encode()


@pytest.mark.parametrize(
    "reference", ["", "ssm:", "secretsmanager:", "/name", "vault:x", "file:/x"]
)
def test_another_reference_is_refused(reference: str):
    with pytest.raises(ValueError, match="names no secret"):
        secret(reference)
