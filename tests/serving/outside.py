"""The services outside that tell who somebody is: WeChat, and one that attests faces and phones."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from chalicelib.bootstrap import people
from tests.adapters.wechat_double import Double, wechat

REGISTRY = Path(__file__).resolve().parents[2] / "examples" / "registry"
ATTESTER = "https://face.example"
USER = {"openid": "oExample-openid", "session_key": "ZXhhbXBsZQ=="}


@lru_cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def attester_keys() -> str:
    public = ECAlgorithm.to_jwk(_key().public_key(), as_dict=True)
    return json.dumps({"keys": [{**public, "kid": "face-1", "alg": "ES256", "use": "sig"}]})


def attestation(account: str, key: Any = None, algorithm: str = "ES256", **claims: Any) -> str:
    """What the service signs for an account: that the face was this person's, if not said else."""
    now = int(time.time())
    told: dict[str, Any] = {
        "iss": ATTESTER,
        "aud": "banjian",
        "sub": account,
        "jti": f"check-of-{claims.get('method', 'face')}",
        "iat": now,
        "exp": now + 300,
        "method": "face",
        **claims,
    }
    return jwt.encode(told, key or _key(), algorithm, {"kid": "face-1"})


@contextmanager
def outside(patch: pytest.MonkeyPatch, data: Path) -> Iterator[Double]:
    """As a platform that is made now will find it."""
    secret = data / "wechat.secret"
    secret.write_text("app-secret\n", encoding="utf-8")
    with wechat(USER) as double:
        patch.setenv("BANJIAN_WECHAT_APP", "wx-app")
        patch.setenv("BANJIAN_WECHAT_SECRET", f"file:{secret}")
        patch.setenv("BANJIAN_WECHAT_URL", double.url)
        patch.setenv("BANJIAN_ATTESTER", ATTESTER)
        patch.setenv("BANJIAN_ATTESTER_JWKS", attester_keys())
        _forget()
        yield double
    _forget()


def _forget() -> None:
    people.wechat.cache_clear()
    people.attester.cache_clear()
