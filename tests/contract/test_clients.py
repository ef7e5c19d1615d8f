"""
Generators of clients take the OpenAPI document as it is, with their defaults: every operation is
there, and a program that calls each with its example compiles. Linters find no error in it.

What they need comes by `npm install` into build/clients, once.
"""

import compileall
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .clients.calls import calls, with_hey_api, with_openapi_fetch

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "chalicelib" / "web" / "static" / "openapi.json"
HERE = Path(__file__).with_name("clients")
NPM = shutil.which("npm")
needs_npm = pytest.mark.skipif(NPM is None, reason="no npm: .ci/run installs it")
MINUTES = 300


def run(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=MINUTES, check=False
    )
    said = f"{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, said[-4000:]
    return said


@pytest.fixture(scope="session")
def tools() -> Path:
    """node_modules/.bin with the generators, of the very versions that package.json names."""
    folder = ROOT / "build" / "clients"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "package.json").read_text(encoding="utf-8")
    there = folder / "installed.json"
    if not there.exists() or there.read_text(encoding="utf-8") != wanted:
        (folder / "package.json").write_text(wanted, encoding="utf-8")
        run(folder, str(NPM), "install", "--no-audit", "--no-fund", "--no-package-lock")
        there.write_text(wanted, encoding="utf-8")
    return folder / "node_modules"


@pytest.fixture
def project(tools: Path, tmp_path: Path) -> Path:
    """A project of its own that has the tools and the document."""
    (tmp_path / "node_modules").symlink_to(tools)
    for name in ("package.json", "tsconfig.json", "spectral.json"):
        shutil.copy(HERE / name, tmp_path / name)
    shutil.copy(DOCUMENT, tmp_path / "openapi.json")
    return tmp_path


def tool(project: Path, name: str, *options: str) -> str:
    return run(project, project / "node_modules" / ".bin" / name, *options)


@needs_npm
def test_typescript_clients_compile_with_a_call_of_every_operation(project: Path):
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    tool(project, "openapi-typescript", "openapi.json", "-o", "schema.ts")
    tool(project, "openapi-ts", "-i", "openapi.json", "-o", "hey")
    fetched, called = with_openapi_fetch(document), with_hey_api(document)
    assert fetched.count("await ") == called.count("await ") == len(list(calls(document))) > 100
    (project / "fetch.ts").write_text(fetched, encoding="utf-8")
    (project / "hey.ts").write_text(called, encoding="utf-8")
    tool(project, "tsc", "-p", "tsconfig.json")


@needs_npm
def test_a_call_that_the_document_does_not_allow_does_not_compile(project: Path):
    """Or the test before would pass whatever the document says."""
    tool(project, "openapi-typescript", "openapi.json", "-o", "schema.ts")
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    wrong = with_openapi_fetch(document).replace('"idempotency', '"x').replace('"item":', '"itm":')
    (project / "fetch.ts").write_text(wrong, encoding="utf-8")
    (project / "hey.ts").write_text("export {};\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="itm"):
        tool(project, "tsc", "-p", "tsconfig.json")


def test_a_python_client_has_every_operation_and_compiles(tmp_path: Path):
    said = run(
        tmp_path,
        Path(sys.executable).with_name("openapi-python-client"),
        *("generate", "--path", str(DOCUMENT), "--output-path", "client", "--meta", "none"),
    )
    assert "Endpoint will not be generated" not in said
    made = [one for one in (tmp_path / "client" / "api").glob("*/*.py") if one.stem != "__init__"]
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert len(made) == len(list(calls(document)))
    assert compileall.compile_dir(tmp_path / "client", quiet=1)


@needs_npm
def test_spectral_finds_no_error(project: Path):
    tool(project, "spectral", "lint", "openapi.json", "-r", "spectral.json", "-F", "error")


@needs_npm
def test_redocly_finds_no_error(project: Path):
    tool(project, "redocly", "lint", "openapi.json")


def test_no_request_has_a_default_which_generators_take_for_a_member_that_is_always_there():
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    bodies = {
        content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for operations in document["paths"].values()
        for operation in operations.values()
        if "application/json" in (content := operation.get("requestBody", {}).get("content", {}))
    }
    schemas = document["components"]["schemas"]
    assert len(bodies) > 30
    assert [name for name in bodies if '"default"' in json.dumps(schemas[name])] == []


def test_every_operation_is_summed_up_in_both_languages():
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    for operations in document["paths"].values():
        for one in operations.values():
            chinese, _, english = one["summary"].partition(" / ")
            assert english.isascii() or "行政许可法" in english, one["operationId"]
            assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), one["operationId"]
            assert english[0].isupper() or english[0] == "`", one["operationId"]
