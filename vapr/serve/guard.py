"""Who may call: the right Host, the same Origin, the token; and how much at once."""

import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vapr.serve.problems import problem
from vapr.serve.settings import ServeSettings

COOKIE = "vapr_token"
_GUARDED = ("/v1/", "/metrics", "/openapi.json")
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """ASGI middleware; what it refuses never reaches the service.

    A page elsewhere may make a driver's browser call the service under its own name
    (DNS rebinding), hence the Host; or under ours, hence the Origin.
    """

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(scope, receive, send, refusal)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            await self._pass_http(scope, receive, send)

    async def _pass_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read_body(receive, Headers(scope=scope), self._most)
        if body is None:
            said = f"the request is larger than {self._most / 1e6:g} MB"
            await _refuse(scope, receive, send, (413, "too_large", said))
            return
        await self.app(scope, _replay(body, receive), _with_headers(scope, send))

    @property
    def _most(self) -> int:
        return self.settings.max_upload_bytes

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host_name(host) not in self.settings.hosts:
            return (403, "foreign_host", "this service is not called by that name")
        origin = headers.get("origin")
        if origin is not None and not _is_own(origin, host):
            return (403, "foreign_origin", "pages of other origins may not call this")
        token = self.settings.token
        if token is None or not _needs_token(scope["path"]):
            return None
        if any(same_token(given, token) for given in _given_tokens(headers)):
            return None
        said = "pair this device first, or send the token as a Bearer"
        return (401, "token_needed", said)


def host_name(host: str) -> str:
    """A Host header without its port, in lower case; IPv6 addresses in brackets."""
    name = host.lower().rstrip(".")
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0]


def same_token(given: str, token: str) -> bool:
    """Compared in a time that tells nothing of where they differ."""
    return secrets.compare_digest(given.encode(), token.encode())


def _needs_token(path: str) -> bool:
    return path.startswith(_GUARDED)


def _is_own(origin: str, host: str) -> bool:
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest.lower() == host.lower()


def _given_tokens(headers: Headers) -> Iterable[str]:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        yield value.strip()
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return
    if COOKIE in cookies:
        yield cookies[COOKIE].value


async def _read_body(receive: Receive, headers: Headers, most: int) -> bytes | None:
    """The whole body; None when it is larger than allowed, however it is sent."""
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > most:
        return None
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(scope: Scope, send: Send) -> Send:
    """Adds the headers that keep other pages out; answers with data are not kept."""
    extra = dict(_HEADERS)
    if _needs_token(scope["path"]):
        extra["cache-control"] = "no-store"

    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start":
            pairs = [(k.encode(), v.encode()) for k, v in extra.items()]
            message = {**message, "headers": [*message["headers"], *pairs]}
        await send(message)

    return send_more


async def _refuse(
    scope: Scope, receive: Receive, send: Send, refusal: tuple[int, str, str]
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        return
    answer = problem(*refusal)
    if refusal[0] == 401:
        answer.headers["www-authenticate"] = "Bearer"
    await answer(scope, receive, send)
