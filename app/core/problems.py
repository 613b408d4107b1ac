"""Refusals, named in the field's words (RFC 9457). Internals never leak."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.core.faults import in_words

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
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
        body = {
            "type": f"/problems/{self.type}",
            "title": words,
            "status": self.status,
        } | self.extra
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


class NoSuchMethod(Problem):
    """The address exists, but not for this method."""

    status, type = 405, "no-such-method"
    sentence, sentence_en = "这个地址不能这样用。", "This address cannot be used that way."


class OutOfDate(Problem):
    """Somebody else saved first (If-Match)."""

    status, type = 412, "out-of-date"
    sentence = "别人刚刚改过，请刷新后再改。"
    sentence_en = "Someone else has just changed this. Please reload and try again."


class Busy(Problem):
    """Nothing is wrong with the request; the same one may succeed in a moment."""

    status, type = 503, "busy"
    sentence, sentence_en = "系统正忙，请稍后再试。", "Busy, please try again."

    def __init__(self) -> None:
        super().__init__()
        self.headers["Retry-After"] = "2"


class Unforeseen(Problem):
    """Our own fault; nobody is told more than that."""

    status, type = 500, "unforeseen"
    sentence = "出错了，我们已记下。请再试一次。"
    sentence_en = "Something went wrong; it is logged. Please try again."


def language_of(request: Request) -> str:
    """Say "zh" unless the person chose English (cookie `lang`, then Accept-Language)."""
    chosen = request.cookies.get("lang") or request.headers.get("accept-language", "")
    return "en" if chosen.lower().startswith("en") else "zh"


def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    language = language_of(request)
    return Malformed(errors=in_words(error.errors(), language)).answer(language)


def _database(request: Request, error: Exception) -> JSONResponse:
    """A constraint spoke: the same refusal the rule should have given, without internals."""
    code = getattr(getattr(error, "orig", None), "pgcode", None)
    log.warning("database_refused", error=type(error).__name__, code=code)
    problem: Problem = Unforeseen()
    if isinstance(error, DataError):
        problem = Malformed()
    elif isinstance(error, IntegrityError):
        problem = Refused("这和已有的记录冲突。", "This conflicts with what is recorded.")
    elif isinstance(error, (OperationalError, PoolTimeout)):
        problem = Busy()
    return problem.answer(language_of(request))


_STATUS_TYPES = {
    404: NotFound,
    401: SignInNeeded,
    403: NotAllowed,
    405: NoSuchMethod,
    413: TooLarge,
}


def _http(request: Request, error: Exception) -> JSONResponse:
    """The framework's own refusals; its 400 is a body it could not read: 422 like every other."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    status = 422 if error.status_code == 400 else error.status_code
    problem = _STATUS_TYPES.get(status, Malformed if status < 500 else Problem)()
    problem.status = status
    problem.headers = dict(error.headers or {})
    return problem.answer(language_of(request))


def unforeseen(request: Request, error: Exception) -> JSONResponse:
    """Answer 500, and log where it happened. The error's own text may name a person: it is not."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("unforeseen", error=type(error).__name__, where=where)
    return Unforeseen().answer(language_of(request))


def install(app: FastAPI) -> None:
    """Answer every error as application/problem+json."""
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _database)

    @app.exception_handler(Problem)
    def _problem(request: Request, problem: Problem) -> JSONResponse:
        return problem.answer(language_of(request))
