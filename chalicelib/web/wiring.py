"""What the service says of itself; see subjects.py."""

ROUTES = (
    ("GET", "/health", "web.health:health"),
    ("GET", "/ready", "web.health:ready"),
    ("GET", "/openapi.json", "web.docs:document"),
    ("GET", "/docs", "web.docs:page"),
    ("GET", "/docs/{file}", "web.docs:part"),
)
REPLIES = (
    "web.replies:Health",
    "web.replies:Readiness",
    "web.replies:OpenApiDocument",
)
TAGS = (("service", "The service itself."),)
PARAMETERS = (
    (
        "file",
        "A part of the page, as the page names it.",
        {"enum": ["docs.css", "docs.js", "swagger-ui-bundle.js", "swagger-ui.css"]},
    ),
)
REFUSALS = (
    ("web.errors:Behind", 503, "view-behind", 1),
    ("web.errors:NotReady", 503, "not-ready", 10, "web.errors:not_ready"),
    ("web.errors:OnStandby", 503, "on-standby", 60),
)
