"""One request, bounded in where, how long and how much."""

from __future__ import annotations

import gzip
import ssl
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from wf_es.actions import LOOPBACK, AddressPolicy, HttpSettings
from wf_es.actions.http_gateway import HttpGateway, Options, Reply, inflated
from wf_es.errors import ActionError

CERTIFICATE = Path(__file__).with_name("shop_example.pem")
FOLLOW = Options(timeout=5, follow_redirects=True)


def _get(gateway: HttpGateway, url: str, options: Options = FOLLOW, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return gateway.send(httpx.Request("GET", url, headers=named), options)


def test_a_reply(gateway: HttpGateway, web: Any) -> None:
    """Status, headers and body come back."""
    reply = _get(gateway, f"{web.url}/json/201")

    assert (reply.response.status_code, reply.body, reply.history) == (201, b'{"ok": true}', ())


def test_connections_are_reused_and_reopened(gateway: HttpGateway, web: Any) -> None:
    """A closed gateway opens anew, so closing it twice or early does no harm."""
    _get(gateway, f"{web.url}/json")
    gateway.close()
    gateway.close()

    assert _get(gateway, f"{web.url}/json").body == b'{"ok": true}'


@pytest.mark.parametrize("path", ["endless", "zipped/100000"])
def test_too_large_a_reply_is_cut_off(gateway: HttpGateway, web: Any, path: str) -> None:
    """An endless body and a small one that unpacks to a large one both end."""
    with pytest.raises(ActionError, match="larger than 20000 bytes"):
        _get(gateway, f"{web.url}/{path}")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_unpacking_stops_at_the_limit(pack: Callable[[bytes], bytes]) -> None:
    """A small reply never becomes a large one in memory."""
    assert len(inflated(pack(b"0" * 1_000_000), 100)) == 101


def test_a_wrongly_packed_reply_is_an_error(gateway: HttpGateway, web: Any) -> None:
    """A body that is not compressed as its header says cannot be used."""
    with pytest.raises(ActionError, match="not compressed in the way it says"):
        _get(gateway, f"{web.url}/misnamed")


def test_compressed_replies_are_unpacked(gateway: HttpGateway, web: Any) -> None:
    """Within the limit, compression is invisible."""
    assert _get(gateway, f"{web.url}/zipped/100").body == b"0" * 100


def test_the_timeout_is_for_the_whole_request(gateway: HttpGateway, web: Any) -> None:
    """A server that sends a byte now and then does not hold the thread."""
    started = time.monotonic()

    with pytest.raises(ActionError, match=r"no complete reply within 0\.3 s"):
        _get(gateway, f"{web.url}/drip", Options(timeout=0.3))

    assert time.monotonic() - started < 3


def test_redirects_are_followed_when_asked(gateway: HttpGateway, web: Any) -> None:
    """The history has the way; cookies set on it are sent on."""
    reply = _get(gateway, f"{web.url}/redirect/302/json")

    assert [one.status_code for one in reply.history] == [302]
    assert reply.response.status_code == 200
    assert web.seen[1]["headers"]["cookie"] == "seen=yes"


def test_redirects_are_not_followed_otherwise(gateway: HttpGateway, web: Any) -> None:
    """The redirect itself is the reply."""
    assert _get(gateway, f"{web.url}/redirect/302/json", Options(timeout=5)).response.status_code == 302


def test_a_circle_of_redirects_ends(gateway: HttpGateway, web: Any) -> None:
    """After the limit it is an error."""
    path = "/".join(["redirect/302"] * 12)

    with pytest.raises(ActionError, match="more than 10 redirects"):
        _get(gateway, f"{web.url}/{path}/json")


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, "GET", ""), (302, "GET", ""), (303, "GET", ""), (307, "POST", "data"), (308, "POST", "data")],
)
def test_the_method_after_a_redirect(
    gateway: HttpGateway, web: Any, status: int, method: str, body: str
) -> None:
    """Old redirects turn a POST into a GET, the newer two repeat it."""
    gateway.send(httpx.Request("POST", f"{web.url}/redirect/{status}/json", content=b"data"), FOLLOW)

    assert (web.seen[1]["method"], web.seen[1]["body"]) == (method, body)


def test_secrets_stay_with_their_origin(gateway: HttpGateway, web: Any, other_web: Any) -> None:
    """Credentials are not carried to another host, other headers are."""
    web.elsewhere = f"{other_web.url}/json"

    _get(gateway, f"{web.url}/away", Authorization="Basic x", Cookie="a=b", X_Api_Key="k", X_Job="7")

    assert set(other_web.seen[0]["headers"]) == {"host", "x-job"}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("http://169.254.169.254/latest", "may not call"),
        ("file:///etc/passwd", "http:// or https://"),
        ("http://x:port/", "address that is none"),
    ],
)
def test_redirects_are_judged_again(gateway: HttpGateway, web: Any, target: str, message: str) -> None:
    """A permitted host cannot send us to a forbidden place."""
    web.elsewhere = target

    with pytest.raises(ActionError, match=message):
        _get(gateway, f"{web.url}/away")


def test_a_refused_connection(gateway: HttpGateway) -> None:
    """Nobody listening is an error without the URL, which may hold secrets."""
    with pytest.raises(ActionError, match="Connection refused") as caught:
        _get(gateway, "http://127.0.0.1:1/path?token=secret")

    assert "secret" not in str(caught.value)


def test_a_proxy_carries_the_request(gateway: HttpGateway, web: Any) -> None:
    """The proxy gets the whole address in the request line."""
    with pytest.raises(ActionError):  # the little service does not know such paths and hangs up
        _get(gateway, "http://8.8.8.8/x", Options(timeout=5, proxies={"http": web.url}))

    assert web.seen[0]["path"] == "http://8.8.8.8/x"


@pytest.mark.parametrize(
    ("url", "proxy"),
    [("http://10.0.0.1/x", "http://127.0.0.1:1"), ("http://8.8.8.8/x", "http://10.0.0.1:3128")],
)
def test_neither_proxy_nor_target_may_be_inside(gateway: HttpGateway, url: str, proxy: str) -> None:
    """A proxy is no way around the policy."""
    with pytest.raises(ActionError, match="may not call"):
        _get(gateway, url, Options(timeout=5, proxies={"http": proxy}))


def test_the_name_is_kept_for_tls_and_host(web: Any) -> None:
    """The connection goes to the checked address, the Host header has the name."""
    settings = HttpSettings(
        addresses=AddressPolicy(opened=LOOPBACK), resolver=lambda host, port: ["127.0.0.1"]
    )
    gateway = HttpGateway(settings)

    _get(gateway, f"http://shop.example:{web.server_port}/json")
    gateway.close()

    assert web.seen[0]["headers"]["host"] == f"shop.example:{web.server_port}"


def _secure_gateway(ca_file: str | None) -> HttpGateway:
    policy = AddressPolicy(opened=LOOPBACK)
    return HttpGateway(
        HttpSettings(addresses=policy, resolver=lambda host, port: ["127.0.0.1"], ca_file=ca_file)
    )


def test_tls_goes_to_the_checked_address_under_the_name(secure_web: Any) -> None:
    """The name is what the server is asked for and what its certificate must hold."""
    gateway = _secure_gateway(str(CERTIFICATE))

    reply = _get(gateway, f"https://shop.example:{secure_web.server_port}/json")
    gateway.close()

    assert reply.response.status_code == 200
    assert secure_web.names == ["shop.example"]


@pytest.mark.parametrize(
    ("host", "ca_file", "problem"),
    [
        pytest.param("other.example", str(CERTIFICATE), "Hostname mismatch", id="another name"),
        pytest.param("shop.example", None, "self-signed certificate", id="nobody vouches for it"),
    ],
)
def test_a_wrong_certificate_is_refused(
    secure_web: Any, host: str, ca_file: str | None, problem: str
) -> None:
    """Unless the author says not to verify."""
    gateway = _secure_gateway(ca_file)
    url = f"https://{host}:{secure_web.server_port}/json"

    with pytest.raises(ActionError, match=problem):
        _get(gateway, url)
    reply = _get(gateway, url, Options(timeout=5, verify=False))
    gateway.close()

    assert reply.response.status_code == 200


def test_a_missing_certificate_file_is_an_error(gateway: HttpGateway) -> None:
    """A wrong setting shows at the first request instead of trusting anybody."""
    strange = HttpGateway(HttpSettings(ca_file="/nonexistent.pem"))

    with pytest.raises((OSError, ssl.SSLError)):
        _get(strange, "https://8.8.8.8/")
