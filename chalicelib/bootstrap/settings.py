"""What the environment says; every setting is named here."""

import os

from ..application.ports import Unavailable

# BANJIAN_DATA      the directory of an embedded platform
# BANJIAN_ISSUER    who signs the tokens, and for whom: `iss` and `aud`
# BANJIAN_AUDIENCE
# BANJIAN_JWKS      the issuer's keys: a file, an https address, or the JSON itself
#
# and, if the platform is on AWS:
# BANJIAN_EVENTS_TABLE, BANJIAN_LOG_TABLE, BANJIAN_VIEWS_TABLE   tables, by name
# BANJIAN_BUCKET        for segments, documents and what a large rebuild sorts
# BANJIAN_TOPIC         the ARN of the wake-ups' topic
# BANJIAN_REBUILDS      the URL of the queue of the steps of rebuilds
# BANJIAN_SECRET        ssm:/name or secretsmanager:name
# BANJIAN_SIGNING_KEY   a KMS key
# BANJIAN_LANES         how many lanes new streams go to
# BANJIAN_TRACING       xray, or nothing
# BANJIAN_STANDBY       on, while a log is moved here: nothing is served, nothing appended
# BANJIAN_STAGE         the dimension of every metric


def setting(name: str) -> str:
    """Raises Unavailable if the environment names only a part of a stack."""
    try:
        return os.environ[name]
    except KeyError:
        raise Unavailable(f"{name} is not set: say `. build/STAGE/environment` first") from None


def on_standby() -> bool:
    return os.environ.get("BANJIAN_STANDBY", "") == "on"


def on_aws() -> bool:
    return "BANJIAN_EVENTS_TABLE" in os.environ
