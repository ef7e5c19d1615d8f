"""What service items have; see subjects.py."""

EVENTS = (
    ("item", "items.domain.item:EVENTS"),
    ("search", "items.domain.missed:EVENTS"),
)
CONSUMERS = (("item_catalogue", "items.projections.catalogue:PROJECTION", ("PROJECT",)),)
ROUTES = (
    ("GET", "/items", "items.http.items:listed"),
    ("GET", "/items/{code}", "items.http.items:current"),
    ("POST", "/items/{code}/eligibility", "items.http.items:eligible"),
    ("GET", "/items/{code}/versions", "items.http.items:versions"),
    ("GET", "/items/{code}/versions/{version}", "items.http.items:version"),
    ("GET", "/items/{code}/changes", "items.http.items:changes"),
    ("GET", "/missed-queries", "items.http.missed_queries:listed"),
    ("GET", "/item-drafts", "items.http.management:listed"),
    ("GET", "/items/{code}/draft", "items.http.management:draft"),
    ("PUT", "/items/{code}/draft", "items.http.management:save"),
    ("DELETE", "/items/{code}/draft", "items.http.management:discard"),
    ("POST", "/items/{code}/publish", "items.http.management:publish"),
    ("POST", "/items/{code}/suspend", "items.http.management:suspend"),
    ("POST", "/items/{code}/resume", "items.http.management:resume"),
    ("POST", "/items/{code}/retire", "items.http.management:retire"),
    ("POST", "/items/{code}/split", "items.http.management:split"),
    ("POST", "/items/{code}/merge", "items.http.management:merge"),
)
REPLIES = (
    "items.replies:ItemPage",
    "items.replies:ItemReply",
    "items.replies:ItemVersions",
    "items.replies:ItemChanges",
    "items.replies:ItemCommandReply",
    "items.replies:ItemDraftPage",
    "items.replies:ItemDraftReply",
    "items.replies:MissedQueries",
    "items.replies:EligibilityReply",
    "items.replies:CodeSets",
    "items.replies:CodeSet",
    "items.replies:PublishedItem",
)
PHASES = (
    ("事项", "Service items", "items.domain.item:EVENTS"),
    ("检索", "Search", "items.domain.missed:EVENTS"),
)
TAGS = (("items", "事项: what can be applied for, who qualifies, and how items are kept."),)
PARAMETERS = (
    (
        "code",
        "实施编码: the item's implementation code.",
        {"type": "string", "pattern": "^[0-9A-Z]{31}$"},
    ),
    ("version", "A version of the item, from 1.", {"type": "integer", "minimum": 1}),
)
CHINESE = ("items.chinese",)
REFUSALS = (
    (
        "items.domain.item:ItemClosed",
        409,
        "item-closed",
        None,
        "items.http.refusals:successors",
    ),
    (
        "items.application.review:DifferenceNotSeen",
        409,
        "difference-not-seen",
        None,
        "items.http.refusals:difference",
    ),
    (
        "items.domain.item:NotPublishable",
        422,
        "invalid-request",
        None,
        "items.http.refusals:misfits",
    ),
    (
        "items.application.eligibility:AnswersInvalid",
        422,
        "invalid-request",
        None,
        "items.http.refusals:wrong_answers",
    ),
)
