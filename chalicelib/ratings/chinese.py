"""Why something is refused, in Chinese: of ratings."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "rating-not-seen": "没有这个评价，或者您无权查看",
    "ratings-for-desk": "评价只供评价人、批准人、电子监察人员和审计人员查看",
    "rating-answered-at-desk": "差评由主办部门的批准人或者电子监察人员核实和答复",
    "appeal-by-rater": "只有办件的申请人一方可以对答复提出申诉",
    "review-by-another-supervisor": "申诉由没有参与答复的电子监察人员复核",
    "rated-already": "本次服务已经评价，只能评价一次",
    "not-a-bad-rating": "只有差评（不满意、非常不满意）需要核实和答复",
    "rating-not-verified": "差评应当先核实，再答复",
    "rating-not-answered": "该差评尚未答复",
    "rating-not-appealed": "没有人对该答复提出申诉",
    "rating-answered-otherwise": "此事已经办理，内容不同",
    "remedy-needed": "差评属实的应当整改，请说明整改措施",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {}

# What each operation does, in one line.
SUMMARIES: Final[Mapping[str, str]] = {
    "rate": "好差评：评价服务",
    "answerRating": "回应差评：核实并答复",
    "listRatings": "差评清单，以及本人作出的评价",
    "getRating": "查看评价及其处理情况",
    "verifyRating": "核实差评",
    "answerRatingById": "整改反馈：答复差评",
    "appealRating": "对差评的答复提出申诉",
    "reviewRating": "复核申诉",
}
