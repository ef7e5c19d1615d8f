"""What the service says of itself; see subjects.py."""

ROUTES = (
    ("GET", "/health", "web.health:health"),
    ("GET", "/openapi.json", "web.docs:document"),
    ("GET", "/docs", "web.docs:page"),
    ("GET", "/docs/{file}", "web.docs:part"),
)
REPLIES = (
    "web.replies:Health",
    "web.replies:OpenApiDocument",
)
REFUSALS = (
    ("web.errors:Behind", 503, "view-behind", 1),
    ("web.errors:OnStandby", 503, "on-standby", 60),
)
