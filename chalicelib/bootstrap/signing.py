"""What certificates and seals are signed with, and what makes their files."""

from functools import lru_cache
from pathlib import Path

from ..eventlog.ports import Signer, Unavailable
from ..platform.renderer import Renderer
from .settings import font_files, setting, value


def in_directory(data: Path) -> Signer:
    """
    A key of KMS if one is named; or one in `data`, made when it is first needed: SM2 if
    BANJIAN_SIGNATURE says so. Raises Unavailable for a setting that cannot be read.
    """
    if value("BANJIAN_SIGNING_KEY"):
        return in_kms()
    kind = value("BANJIAN_SIGNATURE", "ecdsa")
    if kind == "sm2":
        from ..adapters.local.sm2_signer import Sm2Signer

        return Sm2Signer(data / "signing-sm2.pem")
    if kind == "ecdsa":
        from ..adapters.local.local_signer import LocalSigner

        return LocalSigner(data / "signing.pem")
    raise Unavailable(f"BANJIAN_SIGNATURE: {kind!r} is neither ecdsa nor sm2")


def in_kms() -> Signer:
    """Raises Unavailable where no key is named: few functions of a stack may sign."""
    from ..adapters.aws import clients as aws
    from ..adapters.aws.kms_signer import KmsSigner

    return KmsSigner(aws.client("kms"), setting("BANJIAN_SIGNING_KEY"))


@lru_cache
def renderer() -> Renderer:
    """Made when the first certificate needs it: the fonts are large."""
    from ..adapters.pdf.certificate import PdfRenderer

    return PdfRenderer(font_files(value("BANJIAN_FONTS")))


def public_url() -> str:
    """Where everybody finds us: the QR codes of certificates say so for as long as they last."""
    return value("BANJIAN_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
