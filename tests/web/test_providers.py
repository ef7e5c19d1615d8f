"""
Tokens as Keycloak, Cognito, Entra ID and AD FS shape them, with the settings of docs/sign-in.md.
"""

import json
import re
from pathlib import Path
from typing import Any

import jwt
import pytest

from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.sign_ins import Subject
from chalicelib.web.auth.errors import InvalidToken, NotEntitled, RoleUnnamed
from chalicelib.web.auth.issuer_settings import issuers
from chalicelib.web.auth.verifier import SignedIn, Verifier

from .test_auth import NOW, RSA_KEY, a_jwk

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("sign-in.md", "sign-in.zh-CN.md")
KID = "rsa-key-of-the-provider"
ZHANG = "440802195503071232"
TIMES = {"iat": NOW, "exp": NOW + 300}

# A token of each, header and claims, as the provider writes them.
KEYCLOAK = (
    {"typ": "JWT"},
    {
        **TIMES,
        "iss": "https://id.city.example/realms/city",
        "aud": ["banjian", "account"],
        "sub": "f:2f7a0c4e-5c1c-4b7e-9d0f-4b8a9a1d3e77:13800138000",
        "typ": "Bearer",
        "azp": "portal",
        "nonce": "kept by releases before 25",
        "sid": "0f6a",
        "jti": "onrtac:7f",
        "acr": "face",
        "realm_access": {"roles": ["offline_access", "default-roles-city", "auditor"]},
        "resource_access": {"account": {"roles": ["manage-account"]}},
        "scope": "openid profile",
        "name": "张三",
        "identity": {"kind": "IDCARD", "number": ZHANG},
    },
)
COGNITO: tuple[dict[str, Any], dict[str, Any]] = (
    {},
    {
        **TIMES,
        "iss": "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_EXAMPLE",
        "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "cognito:groups": ["agents"],
        "version": 2,
        "client_id": "2example23456789client",
        "origin_jti": "11",
        "event_id": "12",
        "token_use": "access",
        "scope": "openid",
        "auth_time": NOW,
        "jti": "13",
        "username": "zhang",
        "level": 1,
    },
)
ENTRA = (
    {"typ": "JWT", "x5t": KID},
    {
        **TIMES,
        "iss": "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
        "aud": "66666666-7777-8888-9999-000000000000",
        "nbf": NOW,
        "aio": "AWQAm",
        "azp": "portal",
        "azpacr": "1",
        "name": "陈窗口",
        "oid": "99999999-0000-0000-0000-000000000000",
        "roles": ["Banjian.Clerk", "Banjian.Reviewer"],
        "scp": "access_as_user",
        "sub": "_Rk0j3lq5vyoUQ1yqHvHb3mDSIHmPBLkZ-YxEXAMPLE",
        "tid": "11111111-2222-3333-4444-555555555555",
        "uti": "a",
        "ver": "2.0",
        "division": "440800",
        "extn.department": "440800-hall",
    },
)
ADFS = (
    {"typ": "JWT", "x5t": KID},
    {
        **TIMES,
        "iss": "http://adfs.city.example/adfs/services/trust",
        "aud": "urn:banjian:api",
        "apptype": "Confidential",
        "appid": "portal",
        "authmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        "auth_time": "2026-09-21T09:20:00.000Z",
        "ver": "1.0",
        "sub": "-3hVJ+qPm0uJ0Gk/ZXhhbXBsZQ==",
        "group": "CITY\\banjian-clerks",
        "department": "440800-hall",
    },
)
SHAPES = {
    "Keycloak": KEYCLOAK,
    "Amazon Cognito": COGNITO,
    "Microsoft Entra ID": ENTRA,
    "AD FS": ADFS,
}
ACTORS = {
    "Keycloak": Actor(account="u-1", role=Role.APPLICANT, level=3),
    "Amazon Cognito": Actor(account="u-1", role=Role.AGENT, level=1),
    "Microsoft Entra ID": Actor(
        account="u-1", role=Role.REVIEWER, department="440800-hall", division="440800"
    ),
    "AD FS": Actor(account="u-1", role=Role.CLERK, department="440800-hall", level=4),
}
NAMED = {"Microsoft Entra ID": "reviewer"}


def blocks(page: str) -> dict[str, str]:
    """The settings of a page, by the heading that they stand under."""
    text = (DOCS / page).read_text(encoding="utf-8")
    sections = (part.partition("\n") for part in re.split(r"^## ", text, flags=re.MULTILINE))
    found = {
        heading: re.search(r"```toml\n(.*?)```", rest, re.DOTALL) for heading, _, rest in sections
    }
    return {heading: block[1] for heading, block in found.items() if block}


class Asked:
    """The names of subjects, and which ones were asked for."""

    def __init__(self) -> None:
        self.subjects: list[Subject] = []

    def __call__(self, subject: Subject) -> str:
        self.subjects.append(subject)
        return "u-1"


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def verifier(asked: Asked, tmp_path: Path) -> Verifier:
    """Of all four at once."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [a_jwk(RSA_KEY, KID, use="sig")]}))
    file = tmp_path / "issuers.toml"
    text = "\n".join(blocks("sign-in.md").values())
    file.write_text(re.sub(r'^jwks = ".*"$', f'jwks = "{keys}"', text, flags=re.MULTILINE))
    trusted = issuers(str(file), asked, lambda kind, number: f"{kind} of {number[:6]}")
    return Verifier(*trusted, clock=lambda: NOW)


def signed_in(
    verifier: Verifier, shape: tuple[dict[str, Any], dict[str, Any]], acting: str | None = None
) -> SignedIn:
    header, claims = shape
    fields = {"typ": None, "kid": KID, **header}
    return verifier.signed_in(
        f"Bearer {jwt.encode(claims, RSA_KEY, 'RS256', headers=fields)}", acting
    )


def changed(shape: tuple[dict[str, Any], dict[str, Any]], **claims: Any) -> Any:
    header, before = shape
    now = {**before, **claims}
    return header, {name: value for name, value in now.items() if value is not None}


def test_the_page_has_settings_for_each_and_they_are_the_same_in_both_languages() -> None:
    assert [blocks(page) for page in PAGES] == [blocks("sign-in.md")] * 2
    assert blocks("sign-in.md").keys() == SHAPES.keys()


@pytest.mark.parametrize("provider", SHAPES)
def test_a_token_of_each_is_taken_and_read(verifier, asked, provider) -> None:
    shape = SHAPES[provider]
    assert signed_in(verifier, shape, NAMED.get(provider)).actor == ACTORS[provider]
    (subject,) = asked.subjects
    assert (subject.issuer, subject.sub) == (shape[1]["iss"], shape[1]["sub"])
    assert subject.staff == (ACTORS[provider].role in (Role.REVIEWER, Role.CLERK))


@pytest.mark.parametrize("provider", SHAPES)
def test_a_token_of_each_is_refused_for_another_audience_or_none(verifier, asked, provider) -> None:
    claim = "client_id" if provider == "Amazon Cognito" else "aud"
    for other in (None, "account", ["account"], []):
        with pytest.raises(InvalidToken):
            signed_in(verifier, changed(SHAPES[provider], **{claim: other}))
    assert asked.subjects == []


ID_TOKENS = [
    ("Keycloak", {"typ": "ID"}),
    ("Keycloak", {"typ": "Refresh"}),
    ("Keycloak", {"typ": "Logout", "events": {}}),
    ("Keycloak", {"typ": None}),  # a nonce, and nothing that says what it is
    ("Amazon Cognito", {"token_use": "id", "aud": "2example23456789client"}),
    ("Amazon Cognito", {"token_use": None}),
    ("Microsoft Entra ID", {"nonce": "n"}),
    ("Microsoft Entra ID", {"ver": "1.0"}),
    ("AD FS", {"c_hash": "c"}),
    ("AD FS", {"at_hash": "a"}),
]


@pytest.mark.parametrize(("provider", "changes"), ID_TOKENS)
def test_what_is_no_access_token_is_refused(verifier, provider, changes) -> None:
    with pytest.raises(InvalidToken):
        signed_in(verifier, changed(SHAPES[provider], **changes), NAMED.get(provider))


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "secevent+jwt", "id+jwt", 7])
def test_types_of_other_tokens_are_refused(verifier, kind) -> None:
    with pytest.raises(InvalidToken):
        signed_in(verifier, ({"typ": kind}, COGNITO[1]))


@pytest.mark.parametrize(
    "sub", ["a|b", "tel:+8613800138000", "=", "-x", "_y", "z" * 255, "名", "auth0|5f7c+/=="]
)
def test_any_subject_of_openid_connect_is_taken(verifier, asked, sub) -> None:
    assert signed_in(verifier, changed(COGNITO, sub=sub)).actor.account == "u-1"
    assert asked.subjects[-1].sub == sub


@pytest.mark.parametrize("sub", [None, "", "z" * 256, "two\nlines", 5, ["a"], "\x00"])
def test_what_is_no_subject_is_refused(verifier, asked, sub) -> None:
    with pytest.raises(InvalidToken):
        signed_in(verifier, changed(COGNITO, sub=sub))
    assert asked.subjects == []


# Roles


def test_a_role_of_ours_that_another_system_has_too_gives_nothing(verifier) -> None:
    # Keycloak's realm role "auditor" above is somebody else's.
    assert signed_in(verifier, KEYCLOAK).actor.role is Role.APPLICANT
    with pytest.raises(NotEntitled):
        signed_in(verifier, changed(ADFS, group="auditor"))
    with pytest.raises(NotEntitled):
        signed_in(verifier, KEYCLOAK, "auditor")


def test_one_role_as_a_text_and_several_as_a_list_are_read_alike(verifier) -> None:
    groups = ["CITY\\everybody", "CITY\\banjian-clerks"]
    assert signed_in(verifier, changed(ADFS, group=groups)).actor.role is Role.CLERK


def test_who_has_several_roles_names_one(verifier) -> None:
    with pytest.raises(RoleUnnamed):
        signed_in(verifier, ENTRA)
    assert signed_in(verifier, ENTRA, "clerk").actor.role is Role.CLERK


def test_a_provider_gives_the_roles_that_it_may_and_no_others(verifier, asked, tmp_path) -> None:
    keys = json.dumps({"keys": [a_jwk(RSA_KEY, KID)]})
    told = {
        "issuer": COGNITO[1]["iss"],
        "audience": "banjian",
        "jwks": keys,
        "may_give": ["applicant"],
    }
    trusted = issuers(json.dumps({"issuer": [told]}), asked, lambda _kind, _number: None)
    narrow = Verifier(*trusted, clock=lambda: NOW)
    claims = {**TIMES, "iss": told["issuer"], "aud": "banjian", "sub": "a", "roles": ["clerk"]}
    with pytest.raises(NotEntitled):
        signed_in(narrow, ({}, {**claims, "department": "440800-hall"}))
    both = {**claims, "roles": ["applicant", "clerk"], "department": "440800-hall"}
    for roles in ({**claims, "roles": ["applicant"]}, both):
        assert signed_in(narrow, ({}, roles), "applicant").actor.account == "u-1"
    assert [one.staff for one in asked.subjects] == [False, False]


# Levels and people


@pytest.mark.parametrize(
    ("acr", "level"),
    [("0", 0), ("phone", 1), ("face", 3), ("counter", 4), ("4", 0), (4, 0), (None, 0)],
)
def test_levels_are_those_of_the_map_and_what_is_not_in_it_proves_nothing(
    verifier, acr, level
) -> None:
    assert signed_in(verifier, changed(KEYCLOAK, acr=acr)).actor.level == level


def test_an_applicant_is_the_person_from_level_three_on(verifier) -> None:
    for acr, person in (
        ("face", "resident_id of 440802"),
        ("counter", "resident_id of 440802"),
        ("phone", None),
        (None, None),
    ):
        assert signed_in(verifier, changed(KEYCLOAK, acr=acr)).person == person


@pytest.mark.parametrize(("acr", "proven"), [("face", True), ("phone", False), (None, False)])
def test_staff_are_who_they_are_named_on_whatever_level(verifier, asked, acr, proven) -> None:
    """公务员法 art. 76: it only forbids there, and many a directory of staff has no levels."""
    told = {"realm_access": {"roles": ["banjian-clerk"]}, "department": "440800-civil"}
    shape = changed(KEYCLOAK, acr=acr, division="440800", **told)
    assert signed_in(verifier, shape).person == "resident_id of 440802"
    # The account itself is that person's, for whatever it does as a citizen, only once proven.
    assert asked.subjects[-1].person == ("resident_id of 440802" if proven else None)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"name": "  "},
        {"name": 5},
        {"identity": None},
        {"identity": {"kind": "IDCARD"}},
        {"identity": {"number": ZHANG}},
        {"identity": {"kind": "IDCARD", "number": 440802195503071232}},
        {"identity": ZHANG},
    ],
)
def test_a_person_is_told_whole_or_not_at_all(verifier, changes) -> None:
    assert signed_in(verifier, changed(KEYCLOAK, **changes)).person is None


def test_a_provider_without_a_setting_for_it_tells_of_nobody(verifier) -> None:
    shape = changed(ADFS, id_number=ZHANG, id_kind="resident_id", name="张三")
    assert signed_in(verifier, shape) == SignedIn(ACTORS["AD FS"], None)


# The hot path


def test_a_subject_is_asked_for_once_for_each_token_and_not_for_one_that_is_refused(
    verifier, asked
) -> None:
    for _ in range(5):
        signed_in(verifier, KEYCLOAK)
    assert len(asked.subjects) == 1
    for shape in (changed(ADFS, department=None), changed(ADFS, group=None)):
        with pytest.raises(NotEntitled):
            signed_in(verifier, shape)
    assert len(asked.subjects) == 1


# The settings

GOOD = {"issuer": "https://a.example", "audience": "banjian", "jwks": "https://a.example/keys"}


def read(*told: Any) -> Any:
    return issuers(json.dumps({"issuer": list(told)}), Asked(), lambda _kind, _number: None)


def test_what_is_left_out_is_as_the_page_says() -> None:
    (found,) = read(GOOD)
    assert (found.audience_claim, found.roles) == ("aud", frozenset(Role))
    assert (found.reading.subject, found.reading.role, found.reading.roles) == (
        "sub",
        None,
        "roles",
    )
    assert (found.subjects_of, found.keeps_names, found.reading.person) == ("", False, None)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "issuer.0.audience"),
        ({**GOOD, "audience": []}, "issuer.0.audience"),
        ({**GOOD, "issuer": "urn:banjian"}, "are ours"),
        ({**GOOD, "issuer": "urn:banjian:local-sign-in"}, "are ours"),
        ({**GOOD, "jwks": "http://a.example/keys"}, "https://a.example: keys must come over https"),
        ({**GOOD, "levels": {"gold": 5}}, "issuer.0.levels.gold"),
        ({**GOOD, "levels": {"gold": True}}, "issuer.0.levels.gold"),
        ({**GOOD, "roles": {"boss": "mayor"}}, "issuer.0.roles.boss"),
        ({**GOOD, "roles": {"boss": "system"}}, "issuer.0.roles.boss"),
        ({**GOOD, "default_role": "clerk"}, "issuer.0.default_role"),
        ({**GOOD, "may_give": []}, "issuer.0.may_give"),
        ({**GOOD, "claims": {"name": "name"}}, "without id_number"),
        ({**GOOD, "claim": {"roles": "groups"}}, "issuer.0.claim"),
        ({**GOOD, "id_kinds": {"A": "credit_code"}}, "issuer.0.id_kinds.A"),
    ],
)
def test_a_mistake_is_told_with_its_place(told, says) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        read(told)


def test_two_of_one_name_and_two_that_keep_names_are_mistakes() -> None:
    with pytest.raises(ValueError, match="twice"):
        read(GOOD, GOOD)
    other = {**GOOD, "issuer": "https://b.example", "keeps_names": True}
    with pytest.raises(ValueError, match="one issuer"):
        read({**GOOD, "keeps_names": True}, other)


@pytest.mark.parametrize("setting", ["no-such-file.toml", '{"issuer": [', '{"issuer": []}', "{}"])
def test_what_is_no_settings_file_is_a_mistake(setting) -> None:
    with pytest.raises(ValueError, match=r"."):
        issuers(setting, Asked(), lambda _kind, _number: None)


def test_a_mistake_repeats_nothing_that_stands_there() -> None:
    with pytest.raises(ValueError, match="levels") as caught:
        read({**GOOD, "levels": {"gold": "secret-value"}})
    assert "secret-value" not in str(caught.value)
