"""What the platform has; see subjects.py."""

EVENTS = (("duty", "platform.duty:EVENTS"),)
# It looks more often than it seals: how often it does is a setting.
SCHEDULES = (
    ("seal", "platform.sealing:on_schedule", 10, ("SEAL",)),
    ("canary", "platform.canary:send", 10, ("READ", "APPEND")),
)
PHASES = (("平台", "Platform", "platform.duty:EVENTS"),)
REFUSALS = (
    ("platform.duty:NotSeparated", 403, "duties-not-separated"),
    ("platform.quotas:QuotaExceeded", 429, "quota-exceeded"),
    ("platform.registry:RegistryDamaged", 500, "store-damaged"),
    ("platform.registry:RegistryUnavailable", 503, "registry-unavailable", 10),
    ("platform.attester:AttestationUnavailable", 503, "attestation-unavailable", 10),
    ("platform.attester:AttestationNotSetUp", 501, "attestation-not-set-up"),
    ("platform.wechat:NotSetUp", 501, "wechat-not-set-up"),
    ("platform.wechat:BadCode", 422, "wechat-code"),
    ("platform.wechat:WechatLimited", 429, "wechat-limited", 60),
    ("platform.wechat:Blocked", 403, "wechat-blocked"),
    ("platform.wechat:WechatError", 503, "wechat-unavailable", 5),
)
