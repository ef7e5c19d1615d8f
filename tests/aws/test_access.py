"""
Who gets in to the deployed stack: our own tokens, people whom the registry knows, limits that every
process counts together; and the interface's own description.
"""

from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from httpx import Response
from typer.testing import CliRunner

from chalicelib.cli import app
from infra.functions import ROOT

from .city import QUERIES, City
from .deploy import Package

REGISTRY = ROOT / "examples" / "registry"
ZHANG = {"name": "张三", "id_number": "440802195503071232", "phone": "13800138001"}


def asked(city: City, method: str, path: str, **options: Any) -> Response:
    with city.http() as client:
        return client.request(method, path, **options)


def keyed(headers: dict[str, str]) -> dict[str, str]:
    return {**headers, "Idempotency-Key": uuid4().hex}


def test_kms_signs_a_token_of_our_own_which_opens_the_interface(city: City):
    answer = asked(city, "POST", "/sign-in/token", headers=city.signed_in(), json={})
    assert answer.status_code == 200, answer.text
    token, told = answer.json()["access_token"], answer.json()

    key = city.emulator.client("kms").get_public_key(KeyId=city.stack.resources["TokenKey"])
    public: Any = load_der_public_key(key["PublicKey"])
    claims = jwt.decode(token, public, algorithms=["ES256"], audience="banjian")
    assert (claims["sub"], claims["role"]) == (told["account"], told["role"])
    assert (told["account"], told["role"]) == ("agent-li", "applicant")
    (published,) = asked(city, "GET", "/.well-known/jwks.json").json()["keys"]
    assert jwt.get_unverified_header(token)["kid"] == published["kid"]

    mine = {"Authorization": f"Bearer {token}"}
    assert asked(city, "GET", "/cases", headers=mine).status_code == 200
    assert asked(city, "GET", "/work", headers=mine).status_code == 403


def test_a_citizen_whom_the_registry_in_the_table_knows_proves_who_they_are(city: City):
    load = ["registry", "load", str(REGISTRY / "people.csv"), "--people"]
    loaded = CliRunner().invoke(app, load, env={"COLUMNS": "1000"})
    assert loaded.exit_code == 0, loaded.output
    zhang = city.signed_in("citizen-zhang")

    registered = asked(city, "PUT", "/account", headers=keyed(zhang), json=ZHANG)
    assert registered.is_success, registered.text
    proven = asked(city, "POST", "/account/proofs/registry", headers=keyed(zhang), json={})

    assert proven.is_success, proven.text
    assert asked(city, "GET", "/account", headers=zhang).json()["level"] == 2


def test_a_strict_limit_is_counted_in_its_table_and_answered_with_when_to_come_again(city: City):
    guess = {"number": "440800-20260907-000001", "code": "WRONGCOD"}
    answers: list[Response] = []
    # The hour may end between two of them, but not twice.
    while len(answers) <= 2 * QUERIES and (not answers or answers[-1].status_code != 429):
        answers.append(asked(city, "POST", "/progress", json=guess))

    assert len(answers) > QUERIES
    assert {one.status_code for one in answers[:-1]} == {404}
    assert answers[-1].json()["type"] == "/problems/rate-limited"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 3600
    table = city.stack.resources["LimitsTable"]
    counted = city.emulator.client("dynamodb").scan(TableName=table)["Items"]
    assert str(QUERIES) in {one["n"]["N"] for one in counted}
    assert all("x" in one for one in counted)


def packed(package: Package, file: str) -> str:
    with ZipFile(package.zip) as code:
        return code.read(f"chalicelib/web/static/{file}").decode()


def test_the_description_of_the_interface_is_the_published_one(city: City, package: Package):
    assert asked(city, "GET", "/openapi.json").text == packed(package, "openapi.json")


@pytest.mark.parametrize(
    ("file", "kind"), [("docs.js", "text/javascript"), ("swagger-ui-bundle.js", "text/javascript")]
)
def test_the_page_that_describes_it_comes_with_its_own_files(
    city: City, package: Package, file: str, kind: str
):
    page = asked(city, "GET", "/docs", headers={"Accept": "text/html"})
    # The stage is part of the path, so the page must not ask for its files at the root.
    assert f'src="docs/{file}"' in page.text

    part = asked(city, "GET", f"/docs/{file}")

    assert (page.status_code, part.status_code) == (200, 200)
    assert part.headers["content-type"].startswith(kind)
    assert part.text == packed(package, file)
