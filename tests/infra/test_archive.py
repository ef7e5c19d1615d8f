"""What is in the zip: all that a function imports, compiled for it, and nothing that none needs."""

import json
import re
import socket
import subprocess
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.utils import canonicalize_name

from infra.archive import CLIENTS, PackageError, finish, needed
from infra.functions import ROOT
from infra.locking.lock import pins, releases
from infra.locking.targets import on_lambda
from infra.package import targets

OURS = f"python{sys.version_info.major}.{sys.version_info.minor}"
HERE = {on_lambda(OURS, "x86_64")}
LOCK = "pyjwt==2.15.1 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via banjian (pyproject.toml)\n"
CLIENT = re.compile(r'\bclient\("(\w+)"\)')
CALLS: dict[str, tuple[str, Any]] = {
    "dynamodb": ("GetItem", {"TableName": "t", "Key": {"pk": {"S": "a"}}}),
    "kms": ("GetPublicKey", {"KeyId": "k"}),
    "s3": ("GetObject", {"Bucket": "b", "Key": "k"}),
    "secretsmanager": ("GetSecretValue", {"SecretId": "s"}),
    "sns": ("Publish", {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "Message": "m"}),
    "sqs": (
        "SendMessage",
        {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q", "MessageBody": ""},
    ),
    "ssm": ("GetParameter", {"Name": "/n"}),
}
# Each goes all the way to the wire: model, endpoint rules, signature, parsing of the reply.
CALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
from botocore.awsrequest import AWSResponse
from chalicelib.adapters.aws import clients as aws

class Raw:
    def __init__(self, body):
        self.stream = lambda **_: iter([body])

for service, (operation, values) in json.loads(sys.argv[2]).items():
    client, sent = aws.client(service), []
    def answer(request, **_):
        sent.append(request.url)
        reply = b"<Reply><PublishResult/></Reply>" if operation == "Publish" else b"{}"
        return AWSResponse(request.url, 200, {}, Raw(reply))
    client.meta.events.register("before-send", answer)
    client._make_api_call(operation, values)
    print(service, sent[0])
import app, botocore
from chalicelib.triggers.routes import import_all
import_all(app.app)
assert app.__file__.startswith(sys.argv[1]) and botocore.__file__.startswith(sys.argv[1])
"""
TRACED = """
import sys
sys.path.insert(0, sys.argv[1])
from chalicelib.adapters.watching.watch import watch
with watch(sys.stderr).span("first"):
    pass
"""
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "AWS_DEFAULT_REGION": "cn-north-1",
}


@pytest.fixture
def archive(tmp_path):
    """As chalice writes it."""
    path = tmp_path / "deployment.zip"
    with ZipFile(path, "w") as packed:
        packed.writestr("app.py", 'KINDS = {"a", "b", "c"}\nprint("c" in {"a", "b", "c"})\n')
        packed.writestr("chalicelib/__init__.py", "")
        packed.writestr("chalicelib/__pycache__/__init__.cpython-312.pyc", b"of another")
        packed.writestr("botocore/data/ec2/2016-11-15/service-2.json.gz", b"")
        packed.writestr("botocore/data/s3/2006-03-01/service-2.json.gz", b"")
        packed.writestr("botocore/data/endpoints.json", b"{}")
        packed.writestr("PyJWT-2.15.1.dist-info/METADATA", b"")
    return path


def test_the_package_is_small_enough_to_start_fast(packaged):
    assert packaged.zip.stat().st_size <= 40e6


def test_the_package_holds_the_code_and_what_it_imports(packaged):
    names = set(ZipFile(packaged.zip).namelist())
    assert {"app.py", "chalicelib/bootstrap/stack.py", "pydantic/__init__.py"} <= names


def test_a_function_starts_without_compiling_anything(unpacked):
    """Every module that is loaded from the package has its bytecode, and Python takes it."""
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-v", "-c", CALL, unpacked, "{}"],
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    ).stderr
    # Without quotes: from a source.
    assert re.findall(rf"# code object from ({unpacked}/\S+)", told) == []
    taken = re.findall(rf"# {unpacked}/\S+\.pyc matches {unpacked}/(\S+)", told)
    ours = {"app.py", "chalicelib/cases/application/cases.py"}
    needed = {*ours, "chalice/app.py", "pydantic/main.py"}
    assert needed <= set(taken)


def test_bytecode_is_of_the_source_beside_it_and_is_not_checked_when_it_is_loaded(unpacked):
    modules = list(unpacked.rglob("*.py"))
    assert len(modules) > 500
    for one in modules:
        code = (unpacked / cache_from_source(str(one))).read_bytes()
        assert code[:8] == MAGIC_NUMBER + b"\1\0\0\0"
        assert code[8:16] == source_hash(one.read_bytes())


def test_a_traceback_names_the_file_as_it_is_on_lambda(unpacked):
    code = (unpacked / cache_from_source(str(unpacked / "app.py"))).read_bytes()
    assert b"/var/task/app.py" in code


def test_every_client_that_the_code_makes_works_from_the_package(unpacked):
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", CALL, unpacked, json.dumps(CALLS)],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(CALLS)
    assert "https://dynamodb.cn-north-1.amazonaws.com.cn/" in done.stdout


def test_the_services_in_the_package_are_those_that_the_code_makes_clients_of():
    code = (ROOT / "chalicelib").rglob("*.py")
    made = {name for file in code for name in CLIENT.findall(file.read_text(encoding="utf-8"))}
    assert made == CLIENTS == CALLS.keys()


def test_a_function_that_is_traced_starts_from_the_package(unpacked):
    """Lambda names its daemon to whoever is traced; prod is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(20)
        address = f"127.0.0.1:{daemon.getsockname()[1]}"
        told = {"BANJIAN_TRACING": "xray", "AWS_XRAY_DAEMON_ADDRESS": address}
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", TRACED, unpacked],
            capture_output=True,
            text=True,
            check=False,
            env={**ENVIRONMENT, **told},
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(daemon.recv(65_535).partition(b"\n")[2])["name"] == "first"


def test_the_same_files_make_the_same_archive(archive, tmp_path):
    later = tmp_path / "later.zip"
    with ZipFile(archive) as first, ZipFile(later, "w") as second:
        for name in reversed(first.namelist()):
            second.writestr(name, first.read(name))
    for one in (archive, later):
        finish(one, HERE, LOCK)
    assert archive.read_bytes() == later.read_bytes()
    finish(later, HERE, LOCK)
    assert archive.read_bytes() == later.read_bytes()
    dates = {one.date_time for one in ZipFile(later).infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_what_no_function_needs_is_left_out(archive):
    finish(archive, HERE, LOCK)
    names = [name for name in ZipFile(archive).namelist() if not name.endswith(f"{OURS}.pyc")]
    assert [name for name in names if not name.endswith(".pyc")] == [
        "PyJWT-2.15.1.dist-info/METADATA",
        "app.py",
        "botocore/data/endpoints.json",
        "botocore/data/s3/2006-03-01/service-2.json.gz",
        "chalicelib/__init__.py",
    ]
    assert sum(name.endswith(".pyc") for name in ZipFile(archive).namelist()) == 2


def test_nothing_but_descriptions_of_services_is_taken_for_one():
    assert needed("botocore/data/_retry.json")
    assert needed("botocore/data/sns/2010-03-31/service-2.json.gz")
    assert needed("other/data/ec2/file.json")
    assert not needed("botocore/data/ec2/2016-11-15/service-2.json.gz")


def test_bytecode_of_one_python_is_not_given_to_another(archive):
    before = archive.read_bytes()
    with pytest.raises(PackageError, match=r"run on python3\.9, which cannot read"):
        finish(archive, {*HERE, on_lambda("python3.9", "arm64")}, LOCK)
    assert archive.read_bytes() == before


@pytest.mark.parametrize(
    ("lock", "says"),
    [
        (
            LOCK.replace("2.15.1", "2.15.0"),
            r"pyjwt 2\.15\.0 is missing, pyjwt 2\.15\.1 is not in it",
        ),
        (LOCK + LOCK.replace("pyjwt", "segno"), r"locks: segno 2\.15\.1 is missing; see above"),
        ("# nothing\n", r"locks: pyjwt 2\.15\.1 is not in it; see above"),
        (LOCK.replace(" \\", " ; python_version >= '4' \\"), r"pyjwt 2\.15\.1 is not in it"),
    ],
)
def test_a_package_is_what_the_lock_names_no_less_no_more_no_other(archive, lock, says):
    before = archive.read_bytes()
    with pytest.raises(PackageError, match=says):
        finish(archive, HERE, lock)
    assert archive.read_bytes() == before


def test_the_package_is_what_requirements_txt_locks_for_lambda(packaged):
    names = ZipFile(packaged.zip).namelist()
    packed = {one.split(".dist-info")[0] for one in names if one.endswith(".dist-info/METADATA")}
    (target,) = targets(packaged.directory / "sam.json")
    locked = releases(pins((ROOT / "requirements.txt").read_text(encoding="utf-8")), target)
    assert len(packed) == len(locked) > len(CALLS)
    found = {(canonicalize_name(one.split("-")[0]), one.split("-")[1]) for one in packed}
    assert found == locked


def test_a_module_that_is_none_stops_the_package(archive):
    with ZipFile(archive, "a") as packed:
        packed.writestr("broken.py", "def")
    before = archive.read_bytes()
    with pytest.raises(subprocess.CalledProcessError):
        finish(archive, HERE, LOCK)
    assert archive.read_bytes() == before


@pytest.mark.parametrize(
    ("tag", "refused"),
    [("cp311-cp311-linux_x86_64", True), ("cp311-cp311-manylinux2014_x86_64", False)],
)
def test_what_was_compiled_on_this_machine_is_not_deployed(archive, tag, refused):
    with ZipFile(archive, "a") as packed:
        packed.writestr("pillow-12.2.0.dist-info/METADATA", "Name: pillow\n")
        packed.writestr("pillow-12.2.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
    lock = LOCK + LOCK.replace("pyjwt==2.15.1", "pillow==12.2.0")
    if not refused:
        finish(archive, HERE, lock)
        return
    with pytest.raises(PackageError, match="pillow: compiled on this machine"):
        finish(archive, HERE, lock)


def test_of_pillow_only_what_draws_is_packed():
    assert needed("PIL/_imaging.cpython-311-x86_64-linux-gnu.so")
    assert needed("pillow.libs/libjpeg-1.so")
    assert not needed("PIL/_avif.cpython-311-x86_64-linux-gnu.so")
    assert not needed("pillow.libs/libavif-1.so")
