"""What a service shows that was started as an operator starts it, and what it refuses to start."""

import json
import subprocess

import httpx
import pytest

from chalicelib import bootstrap
from chalicelib.serving import signin
from tests.logs import streams
from tests.system.running import BANJIAN, ROOT, client, running, token

CLEAN = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


def serve(*options: object, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BANJIAN, "serve", "--port", "0", *map(str, options)],
        env={**CLEAN, **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def provider(tmp_path):
    """Somebody else's keys; here those of another directory."""
    return {
        "BANJIAN_ISSUER": "https://id.city.example",
        "BANJIAN_AUDIENCE": "banjian",
        "BANJIAN_JWKS": json.dumps(signin.jwks(tmp_path / "provider")),
        "BANJIAN_PUBLIC_URL": "https://banjian.city.example",
    }


def published(url: str) -> list[object]:
    found: list[object] = httpx.get(f"{url}/items", trust_env=False).json()["items"]
    return found


def test_the_production_command_invents_nothing(tmp_path, provider):
    data = tmp_path / "var"
    with running(data, "--host", "127.0.0.1", **provider) as service:
        assert "No items are published yet" in service.wait_for("No items are published.*")
        assert published(service.url) == []
        assert not (data / signin.KEY_FILE).exists()
        assert not (data / "registry.db").exists()
        forged = signin.issue(data, signin.persona("auditor-zheng"))
        with client(service.url, forged) as http:
            assert http.get("/cases").status_code == 401
        assert service.stop() == 0
    assert "banjian token" not in "".join(service.output)


def test_on_this_machine_one_signs_in_and_nothing_is_published(tmp_path):
    data = tmp_path / "var"
    with running(data, "--no-demo") as service:
        service.wait_for("Serving; Ctrl-C")
        with client(service.url, token(data, "citizen")) as http:
            assert http.get("/cases").json()["items"] == []
        assert published(service.url) == []
        assert service.stop() == 0
    recorded = streams(bootstrap.embedded(data).log, "")
    assert {one.partition("-")[0] for one in recorded} <= {"canary"}, "something was recorded"
    output = "".join(service.output)
    assert "--no-demo says what holds anyway" in output
    assert "invented people of `banjian token`" in output


def test_items_are_those_of_the_directory_that_was_named(tmp_path):
    directory = tmp_path / "items"
    directory.mkdir()
    file = ROOT / "examples" / "items" / "senior-card.yaml"
    (directory / file.name).write_bytes(file.read_bytes())
    for told in ("1 items published; 0 were there", "0 items published; 1 were there"):
        with running(tmp_path / "var", "--items", str(directory)) as service:
            service.wait_for(told)
            service.wait_for("Serving; Ctrl-C")
            assert service.stop() == 0


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        (("--host", "0.0.0.0"), {}, "nobody is named who signs people in"),  # noqa: S104
        (("--host", "::", "--demo"), {}, "say --public-demo"),
        (("--demo", "--no-demo"), {}, "say one of them"),
        (("--items", "/nowhere"), {}, "/nowhere is no directory"),
        ((), {"BANJIAN_ISSUER": "https://a.example"}, "BANJIAN_JWKS is not set"),
        ((), {"BANJIAN_CLAMD": "clamd"}, "BANJIAN_CLAMD is 'clamd'"),
        ((), {"BANJIAN_EVENTS_TABLE": "events"}, "BANJIAN_EVENTS_TABLE is of a stack on AWS"),
    ],
)
def test_what_is_not_meant_so_is_refused_before_anything_is_made(tmp_path, options, settings, said):
    data = tmp_path / "var"
    done = serve("--data", data, *options, **settings)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not data.exists()


def test_a_typing_error_is_told_with_the_name_that_was_meant(tmp_path):
    done = serve("--data", tmp_path / "var", "--items", "/nowhere", BANJIAN_LIMIT="a")
    assert "BANJIAN_LIMIT is no setting of Banjian; BANJIAN_LIMITS is" in done.stderr


def test_the_help_fits_a_terminal_and_cuts_nothing_off():
    done = subprocess.run(
        [BANJIAN, "serve", "--help"],
        env={**CLEAN, "COLUMNS": "80"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "…" not in done.stdout
    for option in ("--data", "--host", "--port", "--threads", "--items", "--fresh", "--demo"):
        assert f"{option} " in done.stdout
    assert "BANJIAN_ISSUER" in done.stdout
