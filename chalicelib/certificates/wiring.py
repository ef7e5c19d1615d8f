"""What certificates have; see subjects.py."""

EVENTS = (
    ("certificate", "certificates.domain.certificate:EVENTS"),
    ("showing", "certificates.domain.showing:EVENTS"),
)
CONSUMERS = (
    ("held_certificates", "certificates.projections.held_certificates:PROJECTION", ("PROJECT",)),
    ("certificates", "certificates.subscribers.issuing:subscriber", ("PROJECT", "COMMAND")),
    (
        "certificate_files",
        "certificates.subscribers.signing:subscriber",
        ("PROJECT", "COMMAND", "SIGN", "PUBLIC"),
    ),
)
ROUTES = (
    ("GET", "/certificates", "certificates.http.certificates:own"),
    ("GET", "/certificates/{identifier}", "certificates.http.certificates:one"),
    ("GET", "/certificates/{identifier}/file", "certificates.http.certificates:file"),
    ("GET", "/certificates/{identifier}/signature", "certificates.http.certificates:signature"),
    ("POST", "/certificates/{identifier}/show", "certificates.http.certificates:show"),
    (
        "POST",
        "/certificates/{identifier}/authorisations",
        "certificates.http.certificates:authorise",
    ),
    (
        "POST",
        "/certificates/{identifier}/authorisations/{authorisation}/revoke",
        "certificates.http.certificates:revoke",
    ),
    (
        "POST",
        "/certificates/{identifier}/authorisations/{authorisation}/use",
        "certificates.http.certificates:use",
    ),
    ("POST", "/certificates/{identifier}/revise", "certificates.http.certificates:revise"),
    ("POST", "/certificates/{identifier}/suspend", "certificates.http.operations:Suspend"),
    ("POST", "/certificates/{identifier}/restore", "certificates.http.operations:Restore"),
    ("POST", "/certificates/{identifier}/revoke", "certificates.http.operations:Revoke"),
    ("POST", "/certificates/{identifier}/cancel", "certificates.http.operations:Cancel"),
    ("POST", "/certificates/{identifier}/move-out", "certificates.http.operations:MoveOut"),
    ("POST", "/certificates/{identifier}/withdraw", "certificates.http.operations:Withdraw"),
    ("GET", "/verify/{token}", "certificates.http.verification:verify"),
)
REPLIES = (
    "certificates.replies:CertificatePage",
    "certificates.replies:CertificateReply",
    "certificates.replies:CertificateSignature",
    "certificates.replies:CertificateTaken",
    "certificates.replies:AuthorisationReply",
    "certificates.replies:RevisionReply",
    "certificates.replies:ShowingReply",
    "certificates.replies:VerdictReply",
    "certificates.replies:HeldMaterials",
)
PHASES = (
    (
        "电子证照",
        "Certificates",
        "certificates.domain.certificate:EVENTS",
        "certificates.domain.showing:EVENTS",
    ),
)
TAGS = (
    (
        "certificates",
        "电子证照: certificates, showing them, letting others use them, verification.",
    ),
)
PARAMETERS = (
    (
        "identifier",
        "证照标识: a certificate's identifier (GB/T 36904).",
        {"type": "string", "pattern": "^[0-9A-Z.]{10,120}$"},
    ),
    (
        "authorisation",
        "The `authorisation` of a reply.",
        {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},
    ),
    (
        "token",
        "核验码: what the QR code of a certificate carries.",
        {"type": "string", "pattern": "^[A-Z2-7]{26}$"},
    ),
)
CHINESE = ("certificates.chinese",)
