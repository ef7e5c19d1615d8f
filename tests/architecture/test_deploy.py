"""
examples/deploy/: what an operator copies is checked by what will read it, as far as it is here; and
every alarm has a metric that there is, and a row that says what to do.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from chalicelib.adapters.watching.prometheus import COUNTERS
from chalicelib.adapters.watching.settings import kept, place

from .page import ROOT, rows_of

DEPLOY = ROOT / "examples" / "deploy"
UNIT = (DEPLOY / "banjian.service").read_text(encoding="utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
UID = "10001"
PAGES = ("operating.md", "operating.zh-CN.md")


# The image


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory: pytest.TempPathFactory) -> DockerfileParser:
    copy = tmp_path_factory.mktemp("image") / "Dockerfile"
    shutil.copy(DEPLOY / "Dockerfile", copy)
    return DockerfileParser(path=str(copy))


def values(dockerfile: DockerfileParser, instruction: str) -> list[str]:
    return [one["value"] for one in dockerfile.structure if one["instruction"] == instruction]


def test_every_image_that_ours_is_made_from_has_a_version(dockerfile: DockerfileParser):
    assert len(dockerfile.parent_images) == 2
    for image in dockerfile.parent_images:
        assert re.fullmatch(r"python:3\.1[1-4]-slim-[a-z]+", image), image


def test_it_runs_as_a_fixed_account_that_is_not_root(dockerfile: DockerfileParser):
    assert values(dockerfile, "USER") == [f"{UID}:{UID}"]
    order = [one["instruction"] for one in dockerfile.structure]
    assert order.index("USER") < order.index("ENTRYPOINT") < order.index("CMD")
    assert f"--uid {UID}" in " ".join(values(dockerfile, "RUN"))
    assert "umask 077 && exec " in values(dockerfile, "ENTRYPOINT")[0]


def test_it_adds_nothing_from_elsewhere_and_keeps_nothing_secret(dockerfile: DockerfileParser):
    assert values(dockerfile, "ADD") == []
    assert not re.search(r"(?i)(secret|token|password|key)=", dockerfile.content)
    assert "latest" not in dockerfile.content
    assert not any("curl" in one or "wget" in one for one in values(dockerfile, "RUN"))


def test_it_copies_what_is_there(dockerfile: DockerfileParser):
    for line in values(dockerfile, "COPY"):
        *sources, _ = [one for one in line.split() if not one.startswith("--")]
        if "--from" not in line:
            assert [one for one in sources if not (ROOT / one).exists()] == []


def test_its_health_check_asks_whether_it_is_alive_and_no_more(dockerfile: DockerfileParser):
    (check,) = values(dockerfile, "HEALTHCHECK")
    assert "/health'" in check
    assert "/ready" not in check
    assert values(dockerfile, "STOPSIGNAL") == ["SIGTERM"]


@pytest.mark.skipif(not os.environ.get("BANJIAN_BUILD_IMAGE"), reason="asked for by CI alone")
def test_it_is_built_and_says_what_it_can_do():
    file = DEPLOY / "Dockerfile"
    subprocess.run(["docker", "build", "-q", "-f", file, "-t", "banjian:test", ROOT], check=True)
    said = subprocess.run(
        ["docker", "run", "--rm", "--read-only", "banjian:test", "--help"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "serve" in said.stdout


# The unit


def setting(name: str) -> str:
    (found,) = re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)
    return str(found)


def test_the_unit_bounds_the_service_and_starts_it_anew():
    assert (setting("UMask"), setting("User"), setting("Restart")) == ("0077", "banjian", "always")
    assert setting("MemoryMax") == "2G"
    assert setting("StateDirectoryMode") == setting("LogsDirectoryMode") == "0700"
    assert (setting("NoNewPrivileges"), setting("ProtectSystem")) == ("yes", "strict")
    assert setting("KillMode") == "mixed"
    sysusers = (DEPLOY / "banjian.sysusers").read_text(encoding="utf-8")
    assert f"u banjian {UID}:{UID}" in sysusers


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path):
    unit = tmp_path / "banjian.service"
    program = shutil.which("true")
    unit.write_text(UNIT.replace("/opt/banjian/bin/banjian", str(program)), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    wrong = [one for one in done.stderr.splitlines() if "banjian.service" in one]
    assert (done.returncode, wrong) == (0, [])


# The settings


def test_the_settings_can_be_read_and_are_on_the_page():
    lines = (DEPLOY / "banjian.env").read_text(encoding="utf-8").splitlines()
    found = dict(one.split("=", 1) for one in lines if not one.startswith("#"))
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [one for one in found if f"`{one}`" not in page] == []
    assert kept(found["BANJIAN_LOG"]).days >= 184
    assert place(found["BANJIAN_METRICS"], "").host == "127.0.0.1"


# The site


def test_the_site_says_whose_address_it_is_and_lets_nobody_else_say_it():
    assert NGINX.count("proxy_set_header X-Forwarded-For $remote_addr;") == NGINX.count(
        "proxy_pass "
    )
    assert "$proxy_add_x_forwarded_for" not in NGINX
    assert "proxy_next_upstream off;" in NGINX
    assert "Strict-Transport-Security" in NGINX
    assert "client_max_body_size 10m;" in NGINX


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_understands_the_site(tmp_path: Path):
    for name in ("key", "crt"):
        assert name in NGINX
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test"),
            *("-days", "1", "-keyout", tmp_path / "banjian.key", "-out", tmp_path / "banjian.crt"),
        ],
        check=True,
        capture_output=True,
    )
    site = NGINX.replace("/etc/nginx/tls", str(tmp_path))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    whole = (
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{site}\n}}\n"
    )
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    done = subprocess.run(
        ["nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# The alarms


def alerts() -> list[dict[str, Any]]:
    told = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


def known() -> set[str]:
    """Names of what Prometheus is told, as prometheus.py spells them."""
    source = ROOT / "chalicelib" / "adapters" / "watching" / "prometheus.py"
    text = source.read_text(encoding="utf-8")
    gauges = set(re.findall(r'_(?:gauge|labelled)\(\s*"(\w+)"', text))
    histogram = {f"request_seconds{end}" for end in ("_bucket", "_count", "_sum")}
    return {f"banjian_{name}_total" for name in COUNTERS} | {
        f"banjian_{name}" for name in gauges | histogram
    }


def test_every_alarm_asks_for_metrics_that_there_are():
    assert len(alerts()) > 10
    for rule in alerts():
        asked = set(re.findall(r"\bbanjian_\w+", rule["expr"]))
        assert asked or rule["expr"].startswith('up{job="banjian"}')
        assert asked <= known(), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")


@pytest.mark.parametrize("page", PAGES)
def test_every_alarm_has_a_row_that_says_what_to_do(page: str):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    told = [row[0].strip("`") for row in rows_of(text) if row and row[0].startswith("`Banjian")]
    assert sorted(told) == sorted(rule["alert"] for rule in alerts())


@pytest.mark.parametrize("page", PAGES)
def test_every_metric_is_on_the_page(page: str):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    names = {re.sub(r"_(bucket|count|sum)$", "", name) for name in known()}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
