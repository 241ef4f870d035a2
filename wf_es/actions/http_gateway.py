"""The one way out for HTTP: bounded in where, how long and how much.

A gateway sends one request and reads the reply: to permitted addresses only
(also after each redirect), within one deadline for everything, and never more
than the limit, counted after decompression. Connections are kept for reuse
and shared by all threads; cookies are not shared between calls.

It stands on httpcore's connection pool (httpx's own lower half) because that
is where the address that was checked can be made the one that is connected to.
"""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpcore
import httpx

from wf_es.actions.addresses import AddressPolicy
from wf_es.actions.guarded_network import GuardedBackend, Resolver, permitted_addresses, resolve, time_limit
from wf_es.errors import ActionError

_IDLE_SECONDS = 2.0
"""How long an idle connection is kept: short, since a request sent into one
that the server is just closing fails, and must not be repeated blindly."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SECRET_WORDS = ("auth", "cookie", "token", "secret", "password", "key", "credential")


@dataclass(frozen=True)
class HttpSettings:
    """What HTTP actions may do.

    ``timeout`` is in seconds and is the default for a whole request;
    ``reply_bytes`` limits a reply; ``ca_file`` names a file of certificates
    to trust instead of the usual ones.
    """

    addresses: AddressPolicy = field(default_factory=AddressPolicy)
    timeout: float = 60.0
    reply_bytes: int = 5 * 1024 * 1024
    redirects: int = 10
    ca_file: str | None = None
    resolver: Resolver = resolve


@dataclass(frozen=True)
class Options:
    """How one request is to be sent; ``proxies`` maps a scheme to a proxy's URL."""

    timeout: float
    verify: bool = True
    follow_redirects: bool = False
    proxies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What came back: ``response`` has status and headers, ``body`` the decoded bytes.

    ``history`` are the redirects on the way; ``elapsed`` is in seconds.
    """

    response: httpx.Response
    body: bytes
    history: tuple[httpx.Response, ...]
    elapsed: float


class HttpGateway:
    """Sends requests for actions; one per catalogue, safe for many threads."""

    def __init__(self, settings: HttpSettings) -> None:
        """Keep the settings; connections are made when they are needed."""
        self.settings = settings
        self._lock = threading.Lock()
        self._pools: dict[bool, httpcore.ConnectionPool] = {}

    def send(self, request: httpx.Request, options: Options) -> Reply:
        """Send ``request``, follow redirects if asked to, and read the reply.

        Raises:
            ActionError: there was no usable reply; the text names no secret.
        """
        started = time.monotonic()
        cookies = httpx.Cookies()
        history: list[httpx.Response] = []
        with time_limit(options.timeout), _translated(options.timeout):
            while True:
                response, body = self._exchange(request, options)
                cookies.extract_cookies(response)
                if not (options.follow_redirects and _is_redirect(response)):
                    return Reply(response, body, tuple(history), time.monotonic() - started)
                history.append(response)
                if len(history) > self.settings.redirects:
                    raise ActionError(f"more than {self.settings.redirects} redirects")
                request = _redirected(request, response, cookies)

    def close(self) -> None:
        """Close idle connections; later requests open new ones."""
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()

    def _exchange(self, request: httpx.Request, options: Options) -> tuple[httpx.Response, bytes]:
        """Send one request over the pool (or proxy) that fits, and read one reply."""
        url = _checked(request.url)
        proxy = options.proxies.get(url.scheme) or options.proxies.get("all")
        if proxy is None:
            return self._over(self._shared_pool(options.verify), request, options.timeout)
        port = url.port or (443 if url.scheme == "https" else 80)
        permitted_addresses(url.host, port, self.settings.addresses, self.settings.resolver)
        with self._new_pool(options.verify, proxy) as pool:
            return self._over(pool, request, options.timeout)

    def _over(
        self, pool: httpcore.ConnectionPool, request: httpx.Request, timeout: float
    ) -> tuple[httpx.Response, bytes]:
        url = request.url
        raw = pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.content,
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)},
            )
        )
        try:
            body = _limited(raw, self.settings.reply_bytes)
        finally:
            raw.close()
        response = httpx.Response(
            raw.status, headers=raw.headers, extensions=dict(raw.extensions), request=request
        )
        return response, _decompressed(body, response, self.settings.reply_bytes)

    def _shared_pool(self, verify: bool) -> httpcore.ConnectionPool:
        with self._lock:
            if verify not in self._pools:
                self._pools[verify] = self._new_pool(verify, None)
            return self._pools[verify]

    def _new_pool(self, verify: bool, proxy: str | None) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=_ssl_context(verify, self.settings.ca_file),
            proxy=None if proxy is None else _proxy(proxy),
            max_connections=None,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedBackend(self.settings.addresses, self.settings.resolver),
        )


def _ssl_context(verify: bool, ca_file: str | None) -> ssl.SSLContext:
    if verify and ca_file:
        return ssl.create_default_context(cafile=ca_file)
    return httpx.create_ssl_context(verify=verify, trust_env=False)


def _proxy(text: str) -> httpcore.Proxy:
    try:
        proxy = httpx.Proxy(text)
    except (ValueError, httpx.InvalidURL) as error:
        raise ActionError("a value of 'proxies' is not the address of an HTTP proxy") from error
    if proxy.url.scheme not in ("http", "https"):
        raise ActionError("a value of 'proxies' is not the address of an HTTP proxy")
    location = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/"
    )
    return httpcore.Proxy(url=location, auth=proxy.raw_auth)


def _checked(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("http", "https") or not url.host:
        raise ActionError("only addresses that begin with http:// or https:// and name a host can be called")
    return url


def _limited(raw: httpcore.Response, limit: int) -> bytes:
    """Read the body, and stop as soon as it is too large."""
    body = bytearray()
    for chunk in raw.iter_stream():
        body += chunk
        if len(body) > limit:
            raise ActionError(f"the reply is larger than {limit} bytes; it was cut off")
    return bytes(body)


def _decompressed(body: bytes, response: httpx.Response, limit: int) -> bytes:
    """Undo gzip and deflate, never giving more than ``limit`` bytes."""
    for coding in reversed(response.headers.get_list("content-encoding", split_commas=True)):
        if coding.strip().lower() not in ("gzip", "x-gzip", "deflate") or not body:
            continue
        try:
            body = inflated(body, limit)
        except zlib.error as error:
            raise ActionError("the reply is not compressed in the way it says") from error
        if len(body) > limit:
            raise ActionError(f"the reply is larger than {limit} bytes; it was cut off")
    return body


def inflated(body: bytes, limit: int) -> bytes:
    """Unpack gzip or deflate (with or without its header), at most one byte over ``limit``."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, limit + 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, limit + 1)


def _is_redirect(response: httpx.Response) -> bool:
    return response.status_code in _REDIRECTS and "location" in response.headers


def _redirected(request: httpx.Request, response: httpx.Response, cookies: httpx.Cookies) -> httpx.Request:
    """Build the request that a redirect asks for; secrets stay with their origin."""
    url = request.url.join(response.headers["location"])
    status, method = response.status_code, request.method
    becomes_get = (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST")
    left_out = {"host", "cookie", "content-length", "transfer-encoding"}
    left_out |= {"content-type"} if becomes_get else set()
    is_same_origin = (url.scheme, url.host, url.port) == (
        request.url.scheme,
        request.url.host,
        request.url.port,
    )
    headers = [
        (name, value)
        for name, value in request.headers.raw
        if (text := name.decode("ascii").lower()) not in left_out
        and (is_same_origin or not any(word in text for word in _SECRET_WORDS))
    ]
    content = None if becomes_get else request.content or None
    following = httpx.Request("GET" if becomes_get else method, url, headers=headers, content=content)
    cookies.set_cookie_header(following)
    return following


@contextmanager
def _translated(timeout: float) -> Iterator[None]:
    """Turn what the libraries raise into ActionErrors without URL or headers."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise ActionError(f"Failed to send HTTP request: no complete reply within {timeout:g} s") from error
    except httpcore.LocalProtocolError as error:
        raise ActionError("Failed to send HTTP request: it is not valid HTTP") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
        raise ActionError(f"Failed to send HTTP request: {error}") from error
    except httpx.InvalidURL as error:
        raise ActionError("Failed to send HTTP request: redirected to an address that is none") from error
