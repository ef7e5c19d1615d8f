"""Digests under a secret are HMAC-SHA-256 (RFC 2104, RFC 4231), whatever computes them."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.keyed import hmac_sha256


@given(st.binary(max_size=200), st.binary(max_size=300))
def test_it_is_what_the_standard_library_says(key: bytes, message: bytes) -> None:
    assert hmac_sha256(key, message) == hmac.digest(key, message, "sha256")


def test_a_published_vector() -> None:
    """RFC 4231, test case 2."""
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex() == expected
