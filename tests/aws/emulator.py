"""
An AWS of its own for a test: a ministack process on a free port, with its state in one directory.

Functions run there as on Lambda: in processes of their own, in which nothing can be imported but
the package, the standard library and what Lambda's Python has; and with the rights of their role
alone, so that a role that lacks something fails the test.
"""

import os
import signal
import socket
import ssl
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from ipaddress import IPv4Address
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

import botocore.session
import httpx
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = IPv4Address("127.0.0.1")
REGION = "us-east-1"
PATIENCE = 60.0  # seconds for the emulator to start
TOLD = 150  # lines of its log that a failure shows
# Lambda's Python has boto3 as well; nothing here may need it, for its import costs 150 ms.
PROVIDED = ("botocore", "dateutil", "jmespath", "six", "urllib3")
# ministack gives functions the interpreter that it runs with, whose virtualenv has everything; and
# each of their processes unpacks the whole package anew, some ninety times: here they share one.
START = """
import sys
sys.executable = sys.argv.pop()
import os, shutil, threading, zipfile
from hashlib import sha256
from pathlib import Path
unpack, one_at_a_time = zipfile.ZipFile.extractall, threading.Lock()
def linked(archive, to=None, members=None, pwd=None):
    content = repr([(one.filename, one.CRC) for one in archive.infolist()])
    shared = Path("unpacked-" + sha256(content.encode()).hexdigest()).absolute()
    with one_at_a_time:
        if not shared.exists():
            unpack(archive, shared)
    shutil.copytree(shared, to, copy_function=os.link, dirs_exist_ok=True)
zipfile.ZipFile.extractall = linked
from ministack.app import main
main()
"""


class Emulator(NamedTuple):
    url: str
    log: Path
    certificate: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes an AWS client of this machine talk to the emulator, as the operator."""
        return {
            "AWS_CA_BUNDLE": str(self.certificate),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def client(self, service: str, **options: Any) -> Any:
        """Of the operator; `options` are those of botocore's Config."""
        session = botocore.session.Session()
        session.set_credentials("test", "test")
        return session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            verify=str(self.certificate),
            config=Config(**options),
        )

    def http(self, path: str = "", **options: Any) -> httpx.Client:
        """A client for what lies below `path`, such as an interface's stage."""
        trusted = ssl.create_default_context(cafile=self.certificate)
        return httpx.Client(base_url=self.url + path, verify=trusted, trust_env=False, **options)

    def told(self) -> str:
        """The end of the emulator's log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TOLD:])

    def errors(self) -> str:
        """What the functions logged as errors."""
        logs = self.client("logs")
        pages = logs.get_paginator("describe_log_groups").paginate()
        groups = [one["logGroupName"] for page in pages for one in page["logGroups"]]
        return "\n".join(
            f"{group}: {event['message']}"
            for group in groups
            for event in logs.filter_log_events(logGroupName=group)["events"]
            if "Error" in event["message"] or "Traceback" in event["message"]
        )


@contextmanager
def running(directory: Path) -> Iterator[Emulator]:
    """Raises TimeoutError or OSError, with the log, if it does not come up."""
    directory.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    certificate = _certificate(directory)
    emulator = Emulator(f"https://127.0.0.1:{port}", directory / "ministack.log", certificate)
    command = [sys.executable, "-c", START, str(_lambda_python(directory / "python"))]
    with (
        emulator.log.open("w") as log,
        subprocess.Popen(
            command,
            cwd=directory,
            env=_environment(directory, port),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait(emulator, process)
            yield emulator
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _certificate(directory: Path) -> Path:
    """Signed by itself, its key beside it: the bucket lets nobody in without TLS."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ministack")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = directory / "certificate.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    path.with_name("key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


def _lambda_python(directory: Path) -> Path:
    """An interpreter that has what Lambda's has, and nothing else."""
    venv.create(directory, symlinks=True)
    (site,) = directory.glob("lib/python*/site-packages")
    for name in PROVIDED:
        found = find_spec(name)
        if found is None or found.origin is None:
            raise OSError(f"{name} is not installed: make install")
        origin = Path(found.origin)
        package = origin.parent if origin.name == "__init__.py" else origin
        (site / package.name).symlink_to(package)
    return directory / "bin" / "python"


def _environment(directory: Path, port: int) -> Mapping[str, str]:
    # Functions inherit the emulator's environment: what names a real account must not get there.
    ours = ("AWS_", "BANJIAN_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        "AUTH": "true",  # roles and policies are enforced
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(directory / "certificate.pem"),
        "MINISTACK_SSL_KEY": str(directory / "key.pem"),
        "AWS_CA_BUNDLE": str(directory / "certificate.pem"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",  # it would listen on a fixed port
        "MINISTACK_REGION": REGION,
        "S3_DATA_DIR": str(directory / "s3"),
        "STATE_DIR": str(directory / "state"),
        "TMPDIR": str(directory),
    }


def _wait(emulator: Emulator, process: "subprocess.Popen[bytes]") -> None:
    end = monotonic() + PATIENCE
    while not _ready(emulator):
        if process.poll() is not None:
            raise OSError(f"ministack ended with {process.returncode}:\n{emulator.told()}")
        if monotonic() > end:
            raise TimeoutError(f"ministack is not ready:\n{emulator.told()}")
        sleep(0.1)


def _ready(emulator: Emulator) -> bool:
    try:
        with emulator.http() as client:
            return client.get("/_ministack/health").is_success
    except httpx.TransportError:
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """
    And the functions' processes with it. A clean stop would wait for connections that the test
    still holds, to keep a state that nobody needs.
    """
    os.killpg(process.pid, signal.SIGKILL)
