"""What people and companies have; see subjects.py."""

EVENTS = (
    ("account", "people.domain.account:EVENTS"),
    ("claim", "people.domain.claim:EVENTS"),
    ("entity", "people.domain.entity:EVENTS"),
    ("mandate", "people.domain.mandate:EVENTS"),
)
CONSUMERS = (
    ("powers", "people.projections.representation:PROJECTION", ("PROJECT",)),
    # With the function of powers: it has little to do, and to wake one more is what costs.
    ("counter_checks", "people.projections.counter_checks:PROJECTION", ("PROJECT",), "powers"),
)
ROUTES = (
    ("POST", "/sign-in/wechat", "people.http.sign_in:wechat"),
    ("POST", "/sign-in/token", "people.http.sign_in:token"),
    ("GET", "/.well-known/jwks.json", "people.http.sign_in:keys"),
    ("GET", "/account", "people.http.accounts:own"),
    ("PUT", "/account", "people.http.accounts:register"),
    ("PUT", "/account/phone", "people.http.accounts:phone"),
    ("POST", "/account/close", "people.http.accounts:close"),
    ("GET", "/account/companies", "people.http.accounts:companies"),
    ("POST", "/account/proofs/registry", "people.http.accounts:match"),
    ("POST", "/account/proofs/attested", "people.http.accounts:attest"),
    ("POST", "/account/wechat", "people.http.accounts:bind"),
    ("GET", "/accounts/{account}", "people.http.accounts:other"),
    ("POST", "/accounts/{account}/counter-check", "people.http.accounts:counter"),
    ("POST", "/accounts/{account}/close", "people.http.accounts:close_other"),
    ("GET", "/counter-checks", "people.http.counter_checks:listed"),
    ("POST", "/entities", "people.http.entities:register"),
    ("GET", "/entities/{credit_code}", "people.http.entities:get"),
    ("POST", "/entities/{credit_code}/refresh", "people.http.entities:refresh"),
    ("POST", "/entities/{credit_code}/operators", "people.http.entities:add"),
    ("POST", "/entities/{credit_code}/operators/{account}/remove", "people.http.entities:remove"),
    ("POST", "/mandates", "people.http.mandates:grant"),
    ("GET", "/mandates", "people.http.mandates:listed"),
    ("GET", "/mandates/{mandate_id}", "people.http.mandates:get"),
    ("POST", "/mandates/{mandate_id}/revoke", "people.http.mandates:revoke"),
)
REPLIES = (
    "people.replies:TokenReply",
    "people.replies:KeySet",
    "people.replies:AccountReply",
    "people.replies:AccountOutcome",
    "people.replies:CounterCheckPage",
    "people.replies:CompanyPage",
    "people.replies:EntityReply",
    "people.replies:MandateReply",
    "people.replies:MandatePage",
)
PHASES = (
    (
        "人员与法人",
        "People and entities",
        "people.domain.account:EVENTS",
        "people.domain.claim:EVENTS",
        "people.domain.entity:EVENTS",
        "people.domain.mandate:EVENTS",
    ),
)
TAGS = (
    (
        "people",
        "人员与法人: accounts, real-name levels, companies and their operators, mandates.",
    ),
    ("sign-in", "登录: tokens of our own."),
)
PARAMETERS = (
    (
        "account",
        "账户: an account, as `account` of a reply has it.",
        {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$"},
    ),
    (
        "credit_code",
        "统一社会信用代码: a unified social credit code (GB 32100).",
        {"type": "string", "pattern": "^[0-9A-Z]{18}$"},
    ),
    (
        "mandate_id",
        "The `mandate_id` of a reply.",
        {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$"},
    ),
)
CHINESE = ("people.chinese",)
REFUSALS = (
    ("people.domain.account:Ended", 409, "ended"),
    ("people.application.tokens:SessionOver", 401, "invalid-token"),
    ("people.application.token_keys:TokensUnavailable", 503, "tokens-unavailable", 10),
)
