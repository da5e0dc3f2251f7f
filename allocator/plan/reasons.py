"""Why an estate is not in the plan: the codes of ``estates.reason`` and their words.

A code may carry an argument after a colon (``status:renovated``, ``gate:approval,design``); what it does not carry
stands in the column ``reason_detail``. Several gate ids are separated by commas.
"""

from __future__ import annotations

from dataclasses import dataclass

from allocator.inputs.register_sheets import STATUS
from allocator.inputs.schemas.base import Label
from allocator.inputs.schemas.policy import PolicyModel

STATES: dict[str, Label] = {
    "started": Label(zh="列入计划", en="in the plan"),
    "not_eligible": Label(zh="不符合改造范围", en="not eligible"),
    "not_ready": Label(zh="前置条件不具备", en="not ready"),
    "not_chosen": Label(zh="本期未安排", en="not chosen"),
}
"""Words of ``estates.state``, in the order of reports."""


@dataclass(frozen=True)
class Reason:
    """One reason: the state it belongs to ("" when it only compares two estates), and its words.

    ``{detail}`` in the words is replaced by what the reason is about.
    """

    state: str
    words: Label
    bare: Label
    """Words when there is no detail."""


def _reason(state: str, zh: str, en: str, bare_zh: str = "", bare_en: str = "") -> Reason:
    return Reason(state, Label(zh=zh, en=en), Label(zh=bare_zh or zh, en=bare_en or en))


REASONS: dict[str, Reason] = {
    "status": _reason("not_eligible", "小区状态：{detail}", "status: {detail}", "小区状态不符", "excluded status"),
    "built_after": _reason(
        "not_eligible",
        "建成年份({detail})晚于政策范围",
        "completed ({detail}) after the policy's limit",
        "建成年份晚于政策范围",
        "completed after the policy's limit",
    ),
    "built_unknown": _reason("not_eligible", "建成年份不明", "year of completion unknown"),
    "gate": _reason(
        "not_ready",
        "未具备：{detail}",
        "conditions not met: {detail}",
        "前置条件未具备",
        "conditions not met",
    ),
    "money": _reason(
        "not_chosen",
        "资金额度不足：{detail}",
        "limits are used up: {detail}",
        "资金额度不足",
        "limits are used up",
    ),
    "lower_score": _reason(
        "not_chosen",
        "单位投资得分低于本县已安排小区(评分 {detail})",
        "fewer points for its cost than any estate started in the county ({detail} points)",
        "单位投资得分低于本县已安排小区",
        "fewer points for its cost than any estate started in the county",
    ),
    "locked_never": _reason("not_chosen", "情景设定为不安排", "ruled out by the scenario"),
    "exclusion": _reason(
        "not_chosen",
        "与已安排项目互斥：{detail}",
        "exclusive with a project in the plan: {detail}",
        "与已安排项目互斥",
        "exclusive with a project in the plan",
    ),
    "task_maximum": _reason(
        "not_chosen",
        "年度任务上限已满：{detail}",
        "the task's maximum is reached: {detail}",
        "年度任务上限已满",
        "the task's maximum is reached",
    ),
    "capacity": _reason(
        "not_chosen",
        "实施能力已满：{detail}",
        "the county's capacity is used up: {detail}",
        "实施能力已满",
        "the county's capacity is used up",
    ),
    "residents_pledge": _reason(
        "not_chosen",
        "居民出资未落实：缺{detail}",
        "residents' pledges that count fall short by {detail}",
        "居民出资未落实",
        "residents' pledges fall short",
    ),
    "no_funding_source": _reason(
        "not_chosen",
        "没有可用资金来源：{detail}",
        "no source may pay for: {detail}",
        "没有可用资金来源",
        "no source may pay",
    ),
    "late_ready": _reason(
        "not_chosen",
        "具备条件较晚({detail})",
        "ready late ({detail})",
        "具备条件较晚",
        "ready late",
    ),
    "hazard_first": _reason("", "对方有安全隐患，优先安排", "the other has a recorded hazard, which comes first"),
    "bundle": _reason("", "对方属于连片改造", "the other belongs to a bundle"),
    "costs_more": _reason("", "本小区单位得分造价更高", "it costs more for each point"),
    "locked_start": _reason("", "情景指定{detail}年开工", "the scenario says it starts in {detail}"),
    "ready_later": _reason("", "{detail}年才具备开工条件", "its gates are met in {detail} only"),
    "listed": _reason("", "列入{detail}年度计划", "listed for {detail}"),
    "bundle_formed": _reason("", "与片区连片实施：{detail}", "starts with its area: {detail}"),
    "hazard": _reason("", "有安全隐患，优先安排", "has a recorded hazard"),
    "task_minimum": _reason("", "完成{detail}年度任务所需", "the task of {detail} needs it"),
    "better_plan": _reason("", "按评分和资金重新排序", "the better plan by points and money"),
}
"""Reason by code (without its argument), in the order of reports."""

_LISTS = frozenset({"status", "gate", "money", "no_funding_source", "exclusion"})
"""Reasons whose detail is a list of ids."""

_NAMED = 4
"""How many names a list gives before it only counts."""

_MORE = {"zh": "等{count}项", "en": " … ({count} in all)"}
_SEPARATOR = {"zh": "、", "en": ", "}


def split_reason(code: str, detail: str) -> tuple[str, str]:
    """Base code and detail: the code's own argument, if it has one, else ``detail``."""
    base, colon, argument = code.partition(":")
    return base, (argument if colon and argument else detail)


def reason_words(code: str, detail: str, policy: PolicyModel, language: str) -> str:
    """Sentence that explains ``code`` in ``language``; unknown codes are shown as they are, "" stays ""."""
    base, about = split_reason(code, detail)
    reason = REASONS.get(base)
    if reason is None:
        return f"{code} {detail}".strip()
    if not about:
        return reason.bare.text(language)
    detail = _detail_words(about, policy, language) if base in _LISTS else about
    return reason.words.text(language).replace("{detail}", detail)


def _detail_words(detail: str, policy: PolicyModel, language: str) -> str:
    """``detail`` with ids of gates, sources, works and statuses replaced by their names."""
    parts = [part.strip() for part in detail.replace("|", ",").split(",")]
    names = [_name(part, policy, language) for part in parts if part]
    text = _SEPARATOR.get(language, ", ").join(names[:_NAMED])
    return text + (_MORE.get(language, _MORE["en"]).replace("{count}", str(len(names))) if len(names) > _NAMED else "")


def _name(part: str, policy: PolicyModel, language: str) -> str:
    for known in (policy.gates, policy.sources, policy.works):
        if part in known:
            return known[part].label.text(language) or part
    if language == "zh":
        return {value: word for word, value in STATUS.items()}.get(part, part)
    return part.replace("_", " ")
