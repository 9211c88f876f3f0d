"""Whatever goes wrong becomes a problem body (RFC 9457), never a bare 500."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from vapr.errors import VaprError

log = logging.getLogger("vapr.serve")

PROBLEM = "application/problem+json"
_STATUS = {
    "picture_too_large": 413,
    "not_a_picture": 415,
    "superseded": 409,
    "camera_in_use": 409,
    "busy": 429,
}


class SupersededError(VaprError):
    """A newer frame came before this one was looked at."""

    code = "superseded"


class CameraInUseError(VaprError):
    """Another camera is filming this ride just now."""

    code = "camera_in_use"


class BusyError(VaprError):
    """More work is waiting than will be done in time."""

    code = "busy"


class Problem(BaseModel):
    """Why a request was refused: `code` for programs, `detail` for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Unsupported Media Type",
                "status": 415,
                "code": "not_a_picture",
                "detail": "the picture is not a JPEG, PNG, WebP, BMP or TIFF picture",
            }
        }
    )
    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str


def describe(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses for an endpoint's OpenAPI entry, with the problem body."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM: {"schema": schema}},
        }
        for status in statuses
    }


def problem(status: int, code: str, detail: str) -> JSONResponse:
    """A problem body."""
    body = Problem(
        title=HTTPStatus(status).phrase, status=status, code=code, detail=detail
    )
    headers = {"Retry-After": "1"} if status == 429 else None
    return JSONResponse(body.model_dump(), status, headers=headers, media_type=PROBLEM)


def status_of(error: VaprError) -> int:
    """The HTTP status of an error that vapr raised on purpose; always 4xx."""
    return _STATUS.get(error.code, 422)


def add_handlers(app: FastAPI) -> None:
    """Let the app answer every error with a problem body."""
    app.add_exception_handler(VaprError, _on_vapr_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)


def _on_vapr_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, VaprError):
        return _on_bug(request, error)
    return problem(status_of(error), error.code, str(error))


def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    """Names what was wrong where; what was sent is not sent back (nor logged)."""
    if not isinstance(error, RequestValidationError):
        return _on_bug(request, error)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return problem(422, "invalid_request", f"{place}: {first['msg']}")


def _on_http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return _on_bug(request, error)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    answer = problem(error.status_code, code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


def _on_bug(request: Request, error: Exception) -> JSONResponse:
    log.error("%s in %s", type(error).__name__, request.url.path)
    return problem(500, "bug", "something went wrong in vapr; the ride goes on")
