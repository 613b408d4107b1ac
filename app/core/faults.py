"""What is wrong with one field, as a sentence a person understands, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

# pydantic's kinds of fault (its documentation, "Validation Errors") → words; {…} from its context.
_WORDS = {
    "missing": ("缺少这一项", "this is missing"),
    "extra_forbidden": ("没有这一项", "there is no such field"),
    "json_invalid": ("内容读不懂（不是正确的 JSON）", "not readable as JSON"),
    "model_attributes_type": ("内容读不懂", "not an object"),
    "model_type": ("内容读不懂", "not an object"),
    "dict_type": ("内容读不懂", "not an object"),
    "list_type": ("这里要一个列表", "a list is needed here"),
    "string_type": ("要填文字", "text is needed here"),
    "string_unicode": ("含有读不出的字符，请重新输入", "contains unreadable characters"),
    "string_too_short": ("至少要 {min_length} 个字", "at least {min_length} characters"),
    "string_too_long": ("最多 {max_length} 个字", "at most {max_length} characters"),
    "string_pattern_mismatch": ("格式不对", "not in the right form"),
    "too_short": ("至少要 {min_length} 项", "at least {min_length} items"),
    "too_long": ("最多 {max_length} 项", "at most {max_length} items"),
    "int_type": ("要填整数", "a whole number is needed"),
    "int_parsing": ("要填整数", "a whole number is needed"),
    "int_parsing_size": ("数字太大", "the number is too large"),
    "int_from_float": ("要填整数", "a whole number is needed"),
    "float_type": ("要填数字", "a number is needed"),
    "float_parsing": ("要填数字", "a number is needed"),
    "finite_number": ("要填一个普通的数字", "a finite number is needed"),
    "bool_type": ("要填是或否", "true or false is needed"),
    "bool_parsing": ("要填是或否", "true or false is needed"),
    "greater_than": ("要大于 {gt}", "must be more than {gt}"),
    "greater_than_equal": ("不能小于 {ge}", "must be at least {ge}"),
    "less_than": ("要小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不能大于 {le}", "must be at most {le}"),
    "literal_error": ("只能是：{expected}", "must be one of: {expected}"),
    "enum": ("只能是：{expected}", "must be one of: {expected}"),
    "uuid_type": ("编号不对", "not a valid id"),
    "uuid_parsing": ("编号不对", "not a valid id"),
    "date_type": ("日期不对", "not a valid date"),
    "date_parsing": ("日期不对", "not a valid date"),
    "date_from_datetime_parsing": ("日期不对", "not a valid date"),
    "date_from_datetime_inexact": ("只填日期，不带时间", "a date without a time"),
    "datetime_type": ("时间不对", "not a valid time"),
    "datetime_parsing": ("时间不对", "not a valid time"),
    "datetime_from_date_parsing": ("时间不对", "not a valid time"),
}
_UNKNOWN = ("这一项不对", "this is not right")
# How our own validators speak: "中文 (English)".
_OURS = re.compile(r"(?P<zh>.*[^\x00-\x7f].*?) \((?P<en>[\x20-\x7e]+)\)")
_PLACES = ("body", "query", "path", "header", "cookie")


def _message(fault: Mapping[str, Any], language: str) -> str:
    said = str(fault["msg"]).removeprefix("Value error, ")
    ours = _OURS.fullmatch(said) if fault["type"] == "value_error" else None
    if ours is not None:
        return ours["zh" if language == "zh" else "en"]
    if fault["type"] == "value_error":
        return said
    zh, en = _WORDS.get(fault["type"], _UNKNOWN)
    return (zh if language == "zh" else en).format_map(fault.get("ctx") or {})


def _where(fault: Mapping[str, Any]) -> str:
    """The field's path. A name that came from the client may be text that no answer can carry."""
    steps = list(fault["loc"])
    if steps and steps[0] in _PLACES:
        steps = steps[1:]
    if fault["type"] == "json_invalid":
        return ""
    return ".".join(str(step) for step in steps).encode("utf-8", "replace").decode()[:200]


def in_words(faults: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, str]]:
    """Each fault as {field, message} in "zh" or "en". What was typed in is never repeated."""
    return [{"field": _where(fault), "message": _message(fault, language)} for fault in faults]
