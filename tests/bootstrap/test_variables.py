"""Every setting is known in one place, read at the start, and told of by its name."""

import json
import re
from pathlib import Path

import pytest

from chalicelib.bootstrap import settings
from chalicelib.bootstrap.variables import (
    NAMES,
    OF_TESTS,
    STACK,
    VARIABLES,
    mistakes_here,
    mistakes_on_aws,
    unknown_variables,
)
from chalicelib.serving import signin
from chalicelib.serving.starting import OUTSIDE
from infra.functions import VARIABLES as OF_FUNCTIONS

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("one", "arn:aws:kms:eu-west-1:1:key/a")
NETWORKS = ("10.0.0.0/8", "10.0.0.0/8, ::1", "192.0.2.4")
URLS = ("https://banjian.city.example", "http://127.0.0.1:8000", "https://a.example/api")
NO_URLS = ("banjian.city.example", "ftp://a.example", "https://", "https://a.example/?b=c", "a b")
REFERENCES = ("ssm:/banjian/prod/wechat", "secretsmanager:banjian")

# What is good, and what is not; {keys}, {file}, {empty}, {secret} are files of the test.
GOOD: dict[str, tuple[str, ...]] = {
    "BANJIAN_DATA": ("var", "{directory}", "{directory}/new"),
    "BANJIAN_ISSUER": ("https://id.city.example", "city"),
    "BANJIAN_AUDIENCE": ("banjian", "市政务服务"),
    "BANJIAN_JWKS": ("{json}", "{keys}", "https://id.city.example/jwks", "http://localhost:9/k"),
    "BANJIAN_ISSUERS": ("{issuers}",),
    "BANJIAN_WECHAT_APP": ("wx1234",),
    "BANJIAN_WECHAT_SECRET": (*REFERENCES, "file:{secret}"),
    "BANJIAN_WECHAT_URL": URLS,
    "BANJIAN_ATTESTER": ("https://attests.example",),
    "BANJIAN_ATTESTER_JWKS": ("{json}", "{keys}", "https://attests.example/jwks"),
    "BANJIAN_CLAMD": ("127.0.0.1:3310", "[::1]:3310", "unix:/run/clamd.sock"),
    "BANJIAN_LIMITS": ("usual.account=500/10", "usual.account=5/1, query.address=off"),
    "BANJIAN_QUOTAS": ("applicants.megabytes=500", "drafts.days=off"),
    "BANJIAN_CONNECTIONS": ("by_address=200", "by_address=200, idle=30"),
    "BANJIAN_PUBLIC_URL": URLS,
    "BANJIAN_SIGNATURE": ("ecdsa", "sm2"),
    "BANJIAN_FONTS": ("{font}",),
    "BANJIAN_TRUSTED_PROXIES": NETWORKS,
    "BANJIAN_COUNTERS": NETWORKS,
    "BANJIAN_CORS_ORIGINS": ("https://a.example", "https://a.example,https://b.example:8443"),
    "BANJIAN_SEALS": ("off", "{directory}/seals", "s3://bucket", "s3://bucket/a/b"),
    "BANJIAN_SEAL_MINUTES": ("1", "1440"),
    "BANJIAN_LOG_FILE": ("-", "{directory}/banjian.log"),
    "BANJIAN_LOG": ("days=400", "megabytes=1, addresses=none"),
    "BANJIAN_METRICS": ("127.0.0.1:9464", "[::1]:1", "10.0.0.1:9464"),
    "BANJIAN_METRICS_TOKEN": ("0123456789abcdef",),
    "BANJIAN_SIGNING_KEY": WORDS,
    "BANJIAN_TOKEN_KEY": WORDS,
    "BANJIAN_TOPIC": ("arn:aws:sns:eu-west-1:1:a",),
    "BANJIAN_REBUILDS": ("https://sqs.eu-west-1.amazonaws.com/1/a",),
    "BANJIAN_SECRET": REFERENCES,
    "BANJIAN_LANES": ("1", "64"),
    "BANJIAN_TRACING": ("xray",),
    "BANJIAN_STANDBY": ("on", "off"),
    "BANJIAN_STAGE": ("prod",),
}
BAD: dict[str, tuple[str, ...]] = {
    "BANJIAN_DATA": ("{keys}",),
    "BANJIAN_ISSUER": (signin.ISSUER, "https://id.city.example\n", " a"),
    "BANJIAN_AUDIENCE": ("ban\tjian", "x" * 1001),
    "BANJIAN_JWKS": ("{directory}/none", "{empty}", "{", '{"keys": []}', "http://a.example/jwks"),
    "BANJIAN_ISSUERS": ("{directory}/none", "{", "{}", '{"issuer": []}', "{empty}", "{keyless}"),
    "BANJIAN_WECHAT_APP": ("wx1234 ",),
    "BANJIAN_WECHAT_SECRET": ("0123456789abcdef", "file:{directory}/none", "file:{empty}", "ssm:"),
    "BANJIAN_WECHAT_URL": NO_URLS,
    "BANJIAN_ATTESTER": (" ",),
    "BANJIAN_ATTESTER_JWKS": ("{directory}/none", "{empty}", '{"keys": {}}'),
    "BANJIAN_CLAMD": ("localhost", "localhost:0", "localhost:99999", "unix:run/clamd.sock"),
    "BANJIAN_LIMITS": ("much", "usual.account=0/0/0", "nothing.account=1/1"),
    "BANJIAN_QUOTAS": ("much", "applicants.kilobytes=1", "drafts.days=-1"),
    "BANJIAN_CONNECTIONS": ("by_address", "by_address=0", "by_name=1"),
    "BANJIAN_PUBLIC_URL": NO_URLS,
    "BANJIAN_SIGNATURE": ("rsa", "SM2"),
    "BANJIAN_FONTS": ("{directory}/none", "{keys}", "{font}:{empty}"),
    "BANJIAN_TRUSTED_PROXIES": ("proxy.example", "10.0.0.0/99", "10.0.0"),
    "BANJIAN_COUNTERS": ("hall", "10.0.0.0/8;::1"),
    "BANJIAN_CORS_ORIGINS": ("*", "null", "https://a.example/", "a.example"),
    "BANJIAN_SEALS": ("s3://", "s3:///prefix"),
    "BANJIAN_SEAL_MINUTES": ("0", "1441", "an hour", "１"),
    "BANJIAN_LOG_FILE": ("a\nb",),
    "BANJIAN_LOG": ("days=0", "years=1", "addresses=some"),
    "BANJIAN_METRICS": ("9464", "localhost:9464", "127.0.0.1:99999"),
    "BANJIAN_METRICS_TOKEN": ("short",),
    "BANJIAN_SIGNING_KEY": ("two words",),
    "BANJIAN_TOKEN_KEY": ("two words",),
    "BANJIAN_TOPIC": ("two words",),
    "BANJIAN_REBUILDS": ("a queue",),
    "BANJIAN_SECRET": ("0123456789abcdef", "ssm:", "file:/a"),
    "BANJIAN_LANES": ("0", "65", "two", "-1", "1.5"),
    "BANJIAN_TRACING": ("on",),
    "BANJIAN_STANDBY": ("yes",),
    "BANJIAN_STAGE": ("pro d",),
}
RESOURCES = [one.name for one in VARIABLES if one.should == "the name of a resource on AWS"]
for _name in RESOURCES:
    GOOD[_name], BAD[_name] = ("banjian-prod-Events-1",), ("two words",)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    jwks = json.dumps(signin.jwks(tmp_path))
    contents = {"keys": jwks, "empty": "", "secret": "0123456789abcdef\n"}
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    one = {"issuer": "https://a.example", "audience": "b"}
    font = next((ROOT / "chalicelib/adapters/pdf/fonts").glob("*.ttf"))
    return {
        **{name: str(tmp_path / name) for name in contents},
        "directory": str(tmp_path),
        "json": jwks,
        "issuers": json.dumps({"issuer": [{**one, "jwks": jwks}]}),
        "keyless": json.dumps({"issuer": [{**one, "jwks": str(tmp_path / "none")}]}),
        "font": str(font),
    }


def filled(text: str, files: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: files[found[1]], text)


def rows(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in table.items() for value in values]


def told(environ: dict[str, str], name: str) -> list[str]:
    """What is said of that variable's own value, and not of others that it needs."""
    found = mistakes_on_aws(environ) if name in STACK else mistakes_here(environ, OUTSIDE)
    return [one.told for one in found if one.name == name and "says nothing" not in one.told]


def test_every_variable_is_tried_here():
    assert set(GOOD) == set(BAD) == NAMES


@pytest.mark.parametrize(("name", "value"), rows(GOOD))
def test_what_is_good_is_taken(name, value, files):
    assert told({name: filled(value, files)}, name) == []


@pytest.mark.parametrize(("name", "value"), rows(BAD))
def test_what_is_not_is_told_with_its_name_what_it_was_and_what_it_should_be(name, value, files):
    was = filled(value, files)
    (said,) = told({name: was}, name)
    (variable,) = (one for one in VARIABLES if one.name == name)
    assert f"it should be {variable.should}" in said
    shown = repr(was)[1:90] in said or "JSON of" in said
    assert shown == variable.shown


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_empty_variable_is_as_good_as_none(name, monkeypatch):
    assert mistakes_here({name: ""}) == mistakes_on_aws({name: ""}) == []
    monkeypatch.setenv(name, "")
    assert settings.value(name, "the usual") == "the usual"
    assert not settings.on_aws()


def test_what_may_be_a_secret_is_never_repeated(tmp_path):
    private = '{"keys": [{"kty": "EC", "d": "the-private-part"}]}'
    environ = {
        "BANJIAN_WECHAT_APP": "wx1",
        "BANJIAN_WECHAT_SECRET": "the-private-part",
        "BANJIAN_SECRET": "the-private-part",
        "BANJIAN_JWKS": private,
        "BANJIAN_ATTESTER_JWKS": private,
        "BANJIAN_ISSUERS": f'{{"issuer": [{private}]}}',
    }
    found = [*mistakes_here(environ), *mistakes_on_aws(environ)]
    assert {one.name for one in found} >= set(environ) - {"BANJIAN_WECHAT_APP"}
    assert "the-private-part" not in "\n".join(map(str, found))


HALVES = [
    ({"BANJIAN_ISSUER": "https://a.example"}, {"BANJIAN_AUDIENCE", "BANJIAN_JWKS"}),
    ({"BANJIAN_AUDIENCE": "b"}, {"BANJIAN_ISSUER", "BANJIAN_JWKS"}),
    ({"BANJIAN_JWKS": "https://a.example/k"}, {"BANJIAN_ISSUER", "BANJIAN_AUDIENCE"}),
    ({"BANJIAN_WECHAT_APP": "wx1"}, {"BANJIAN_WECHAT_SECRET"}),
    ({"BANJIAN_WECHAT_SECRET": "ssm:/a"}, {"BANJIAN_WECHAT_APP"}),
    ({"BANJIAN_WECHAT_URL": "https://a.example"}, {"BANJIAN_WECHAT_URL"}),
    ({"BANJIAN_ATTESTER": "https://a.example"}, {"BANJIAN_ATTESTER_JWKS"}),
    ({"BANJIAN_ATTESTER_JWKS": "https://a.example/k"}, {"BANJIAN_ATTESTER"}),
]


@pytest.mark.parametrize(("environ", "missing"), HALVES)
def test_half_of_what_belongs_together_is_refused(environ, missing):
    assert {one.name for one in mistakes_here(environ)} == missing


@pytest.mark.parametrize(("environ", "missing"), HALVES[:1] + HALVES[3:4] + HALVES[6:7])
def test_on_aws_too(environ, missing):
    assert {one.name for one in mistakes_on_aws(environ)} == missing


def test_on_aws_where_the_secret_is_may_be_told_without_an_app():
    """The template derives it, app or no app."""
    assert mistakes_on_aws({"BANJIAN_WECHAT_SECRET": "ssm:/none"}) == []


def test_functions_have_no_files(files):
    environ = {
        "BANJIAN_ISSUER": "https://a.example",
        "BANJIAN_AUDIENCE": "b",
        "BANJIAN_JWKS": files["keys"],
        "BANJIAN_ISSUERS": files["keys"],
        "BANJIAN_ATTESTER": "c",
        "BANJIAN_ATTESTER_JWKS": files["keys"],
    }
    wrong = {one.name for one in mistakes_on_aws(environ)}
    assert wrong == {"BANJIAN_JWKS", "BANJIAN_ISSUERS", "BANJIAN_ATTESTER_JWKS"}


@pytest.mark.parametrize("name", STACK)
def test_a_service_on_one_machine_is_told_of_no_stack(name):
    (said,) = (one for one in mistakes_here({name: GOOD[name][0]}) if one.name == name)
    assert "of a stack on AWS" in said.told


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("BANJIAN_LIMIT", "BANJIAN_LIMITS"),
        ("BANJIAN_ISUER", "BANJIAN_ISSUER"),
        ("BANJIAN_TRUSTED_PROXY", "BANJIAN_TRUSTED_PROXIES"),
        ("BANJIAN_CORS_ORIGIN", "BANJIAN_CORS_ORIGINS"),
        ("BANJIAN_PUBLICURL", "BANJIAN_PUBLIC_URL"),
        ("BANJIAN_ZZZ", None),
    ],
)
def test_a_name_that_is_none_is_told_with_the_nearest(name, nearest):
    (said,) = unknown_variables({name: "1", "HOME": "/root", "BANJIAN_DATA": "var"})
    assert said.name == name
    assert said.told == "is no setting of Banjian" + (f"; {nearest} is" if nearest else "")


# One list, and nobody keeps a second one.


def named_in(text: str) -> set[str]:
    return set(re.findall(r"BANJIAN_[A-Z]+(?:_[A-Z]+)*", text))


def test_whatever_the_code_reads_is_in_the_list_and_the_other_way_round():
    read: set[str] = set()
    for path in (ROOT / "chalicelib").rglob("*.py"):
        if path.name != "variables.py":
            read |= named_in(path.read_text(encoding="utf-8"))
    assert read - NAMES == set()
    # The keys of the local sign-in are set, and read, under the names of a provider's.
    assert NAMES - read == set()


def test_whatever_functions_are_told_is_in_the_list():
    assert set(OF_FUNCTIONS) <= NAMES


@pytest.mark.parametrize("page", ["operating.md", "operating.zh-CN.md"])
def test_the_page_for_operators_has_all_of_them(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    table = {
        name
        for line in text.splitlines()
        if line.startswith("| `BANJIAN_")
        for name in named_in(line)
    }
    assert table == NAMES


def test_what_tests_are_told_is_no_setting():
    assert not NAMES & set(OF_TESTS)
    assert unknown_variables(dict.fromkeys(OF_TESTS, "1")) == []
