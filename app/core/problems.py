"""Refusals, named in the field's words (RFC 9457). Internals never leak."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - the standard's word is "problem"
    """A refusal that a person reads: `type` for programs, one sentence for people.

    `sentence` and `sentence_en` say what happened and what to do next; `extra`
    joins the body (what is allowed instead, which fields).
    """

    status = 409
    type = "refused"
    sentence = "这一步现在不能做。"
    sentence_en = "This step is not possible now."

    def __init__(self, sentence: str = "", sentence_en: str = "", **extra: Any) -> None:
        super().__init__(sentence_en or self.sentence_en)
        self.zh = sentence or self.sentence
        self.en = sentence_en or self.sentence_en
        self.extra = extra
        self.headers: dict[str, str] = {}

    def answer(self, language: str) -> JSONResponse:
        """The problem as a response in "zh" or "en"."""
        words = self.zh if language == "zh" else self.en
        body = {"type": f"/problems/{self.type}", "title": words, "status": self.status} | self.extra
        return JSONResponse(body, self.status, headers=self.headers, media_type=MEDIA_TYPE)


class NotFound(Problem):
    """What does not exist and what you may not see look the same."""

    status, type = 404, "not-found"
    sentence, sentence_en = "没有找到。", "Not found."


class SignInNeeded(Problem):
    """No valid session came with the request."""

    status, type = 401, "sign-in-needed"
    sentence, sentence_en = "请先登录。", "Please sign in first."


class NotAllowed(Problem):
    """Seen, but not for this role."""

    status, type = 403, "not-allowed"
    sentence, sentence_en = "您的角色不能做这一步。", "Your role may not do this."


class Malformed(Problem):
    """The input cannot be understood; `errors` lists the fields."""

    status, type = 422, "malformed"
    sentence, sentence_en = "有的内容填得不对。", "Some of the input is not right."


class Refused(Problem):
    """A move the present state forbids; `allowed` says what is possible."""


class TooLarge(Problem):
    """More bytes than we read."""

    status, type = 413, "too-large"
    sentence, sentence_en = "内容太大了。", "That is too large."


class OutOfDate(Problem):
    """Somebody else saved first (If-Match)."""

    status, type = 412, "out-of-date"
    sentence = "别人刚刚改过,请刷新后再改。"
    sentence_en = "Someone else has just changed this. Please reload and try again."


def language_of(request: Request) -> str:
    """"zh" unless the person chose English (cookie `lang`, then Accept-Language)."""
    chosen = request.cookies.get("lang") or request.headers.get("accept-language", "")
    return "en" if chosen.lower().startswith("en") else "zh"


_FIELD_WORDS = {"missing": ("缺少这一项", "this is missing")}


def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    zh = language_of(request) == "zh"
    faults = []
    for fault in error.errors():
        words = _FIELD_WORDS.get(fault["type"])
        message = str(fault["msg"]).removeprefix("Value error, ")
        where = ".".join(str(part) for part in fault["loc"] if part not in ("body", "query", "path"))
        faults.append({"field": where, "message": words[0 if zh else 1] if words else message})
    return Malformed(errors=faults).answer(language_of(request))


def _database(request: Request, error: Exception) -> JSONResponse:
    """A constraint spoke: the same refusal the rule should have given, without internals."""
    log.warning("database_refused", error=type(error).__name__, code=getattr(getattr(error, "orig", None), "pgcode", None))
    if isinstance(error, DataError):
        return Malformed().answer(language_of(request))
    if isinstance(error, IntegrityError):
        return Refused("这和已有的记录冲突。", "This conflicts with what is recorded.").answer(language_of(request))
    busy = Problem("系统正忙,请稍后再试。", "Busy, please try again.")
    busy.status, busy.type = (503 if isinstance(error, OperationalError) else 500), "busy"
    busy.headers["Retry-After"] = "2"
    return busy.answer(language_of(request))


_STATUS_TYPES = {404: NotFound, 401: SignInNeeded, 403: NotAllowed, 413: TooLarge}


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    kind = _STATUS_TYPES.get(error.status_code, Malformed if error.status_code < 500 else Problem)
    problem = kind()
    problem.status = error.status_code
    problem.headers = dict(error.headers or {})
    return problem.answer(language_of(request))


def install(app: FastAPI) -> None:
    """Answer every error as application/problem+json."""
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)

    @app.exception_handler(Problem)
    def _problem(request: Request, problem: Problem) -> JSONResponse:
        return problem.answer(language_of(request))

    @app.exception_handler(Exception)
    def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("unforeseen", error=type(error).__name__, exc_info=error)
        fault = Problem("出错了,我们已记下。请再试一次。", "Something went wrong; it is logged. Please try again.")
        fault.status, fault.type = 500, "unforeseen"
        return fault.answer(language_of(request))
