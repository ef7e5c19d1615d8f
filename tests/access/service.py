"""The service that is asked, with whoever has an account there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from chalicelib import bootstrap
from chalicelib.platform.rate_limits import LIMITS, Limit
from chalicelib.serving import signin, wsgi

from .citizens import register
from .world import World


@contextmanager
def served(data: Path) -> Iterator[World]:
    import app

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANJIAN_DATA", str(data))
        patch.setenv("BANJIAN_ISSUER", signin.ISSUER)
        patch.setenv("BANJIAN_AUDIENCE", signin.AUDIENCE)
        patch.setenv("BANJIAN_JWKS", json.dumps(signin.jwks(data)))
        patch.setenv("BANJIAN_LIMITS", _WIDE)
        _forget()
        with httpx.Client(
            transport=httpx.WSGITransport(wsgi.wsgi(app.app)), base_url="http://banjian.test"
        ) as client:
            made = World(client, data, bootstrap.platform())
            made.publish()
            register(made)
            yield made
    _forget()


# Thousands of requests come from one address here.
_WIDE = ", ".join(f"{limit}.{who}=off" for limit in LIMITS for who in Limit._fields)


def _forget() -> None:
    bootstrap.platform.cache_clear()
    bootstrap.verifier.cache_clear()
