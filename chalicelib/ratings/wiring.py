"""What ratings have; see subjects.py."""

EVENTS = (("rating", "ratings.domain.rating:EVENTS"),)
CONSUMERS = (
    ("rating_desk", "ratings.projections.rating_desk:projection", ("PROJECT",)),
    ("old_ratings", "ratings.subscribers.adopting:subscriber", ("PROJECT", "COMMAND")),
)
ROUTES = (
    ("POST", "/cases/{case_id}/rate", "ratings.http.of_cases:rate"),
    ("POST", "/cases/{case_id}/answer-rating", "ratings.http.of_cases:answer"),
    ("GET", "/ratings", "ratings.http.ratings:listed"),
    ("GET", "/ratings/{rating_id}", "ratings.http.ratings:one"),
    ("POST", "/ratings/{rating_id}/verify", "ratings.http.ratings:verify"),
    ("POST", "/ratings/{rating_id}/answer", "ratings.http.ratings:answer"),
    ("POST", "/ratings/{rating_id}/appeal", "ratings.http.ratings:appeal"),
    ("POST", "/ratings/{rating_id}/review", "ratings.http.ratings:review"),
)
REPLIES = (
    "ratings.replies:RatedReply",
    "ratings.replies:RatingPage",
    "ratings.replies:RatingReply",
)
PHASES = (("好差评", "Ratings", "ratings.domain.rating:EVENTS"),)
TAGS = (("ratings", "好差评: rate a service; what becomes of a bad rating."),)
PARAMETERS = (
    (
        "rating_id",
        "The `rating_id` of a reply.",
        {"type": "string", "pattern": "^[0-9a-f]{26}$"},
    ),
)
CHINESE = ("ratings.chinese",)
