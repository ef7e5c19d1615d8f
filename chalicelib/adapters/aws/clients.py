"""AWS clients, made once and late, and what their errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from ...eventlog.ports import Unavailable

CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0
ATTEMPTS = 5


@lru_cache
def _session() -> Any:
    import botocore.session

    return botocore.session.get_session()


@lru_cache
def client(service: str) -> Any:
    """
    A client of this process, shared by its threads. Region, credentials and, for an emulator, the
    endpoint (AWS_ENDPOINT_URL) come from the environment. Throttling, time-outs and 5xx are tried
    again, with exponential back-off and full jitter (botocore's standard mode).
    """
    from botocore.config import Config

    config = Config(
        # Or S3's URLs to upload with would be signed the old way, which leaves out the size.
        signature_version="s3v4" if service == "s3" else None,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=32,
        tcp_keepalive=True,
    )
    return _session().create_client(service, config=config)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise Unavailable, which says what to do, for whatever AWS or the way to it refuses."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"{what}: {error}") from error


def code(error: Exception) -> str:
    """The error code of a ClientError, "" for anything else."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
