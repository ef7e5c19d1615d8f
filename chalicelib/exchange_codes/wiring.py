"""What code sets have; see subjects.py."""

ROUTES = (
    ("GET", "/code-sets", "exchange_codes.http:listed"),
    ("GET", "/code-sets/{name}", "exchange_codes.http:one"),
)
TAGS = (("code-sets", "代码集: the codes of the national standard, and our words for them."),)
PARAMETERS = (
    (
        "name",
        "A code set's name, as the list of them has it.",
        {"type": "string", "pattern": "^[a-z-]{1,40}$"},
    ),
)
CHINESE = ("exchange_codes.chinese",)
