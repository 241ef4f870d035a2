"""Tests of masking secrets."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.masking import is_secret, mask_within, masked, masked_at, secret_names
from tests.effort import cost


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_password",
        "dbPassword",
        "DBPASSWORD",
        "passwd",
        "secret",
        "client-secret",
        "secret_key",
        "token",
        "authToken",
        "authtoken",
        "X-Auth-Token",
        "api_key",
        "apiKey",
        "apikey",
        "X-API-Key",
        "private_key",
        "access_key_id",
        "credentials",
        "Authorization",
        "Set-Cookie",
        "passphrase",
    ],
)
def test_usual_names_are_secret(name: str) -> None:
    """The usual names are recognised however they are spelled."""
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["name", "secretary", "tokenizer", "key", "api", "monkey", "compass", "host", "", "été"]
)
def test_ordinary_names_are_not(name: str) -> None:
    """A word that only begins like a secret is none."""
    assert not is_secret(name)


def test_masking_reaches_every_depth_and_changes_nothing() -> None:
    """Secrets are masked inside lists and dicts; the value itself stays whole."""
    value = {
        "a": [{"password": "p", "user": "u"}],
        "token": {"deep": 1},
        "empty": {"secret": None, "pwd": ""},
    }
    shown = masked(value)
    assert shown == {
        "a": [{"password": "***", "user": "u"}],
        "token": "***",
        "empty": {"secret": None, "pwd": ""},
    }
    assert value["token"] == {"deep": 1}


@pytest.mark.parametrize("value", [None, 1, "text", [1, "password"]], ids=repr)
def test_values_without_names_stay(value: Any) -> None:
    """Only names make secrets."""
    assert masked(value) == value


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"__secrets": ["Pin", "x"]}, ["pin", "x"]),
        ({"__secrets": "pin"}, ["pin"]),
        ({"__secrets": 3}, []),
        ({"__secrets": ["a", 1]}, ["a"]),
        ({}, []),
        (None, []),
    ],
    ids=repr,
)
def test_declared_names(environment: Any, expected: list[str]) -> None:
    """An environment declares further names; nonsense declares none."""
    assert sorted(secret_names(environment)) == expected


def test_declared_names_are_masked_and_the_list_itself_is_not() -> None:
    """Names count in any case, and one may see which names are declared."""
    environment = {"PIN": 1234, "__secrets": ["pin"]}
    assert masked(environment, secret_names(environment)) == {"PIN": "***", "__secrets": ["pin"]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('a -> {"password":"x y","n":1}', 'a -> {"password":"***","n":1}'),
        ('{"a": {"api_token": 17}, "b": "c"}', '{"a": {"api_token": "***"}, "b": "c"}'),
        ("{'password': 'it', 'user': 'ann'}", "{'password': '***', 'user': 'ann'}"),
        (r'"{\"secret\": \"x\"}"', r'"{\"secret\": \"***\"}"'),
        ('{"password": "", "token": null}', '{"password": "", "token": null}'),
        ('{"mine": "x"}', '{"mine": "***"}'),
        ("http://ann:pw@host/p?token=x&page=2", "http://ann:***@host/p?token=***&page=2"),
        ("http://host:8080/a:b@c", "http://host:8080/a:b@c"),
        ("POST http://h/callback/1a.2.sig_-n failed", "POST http://h/callback/*** failed"),
        ("http://h/callback/1a%2E2%2Esig_-n", "http://h/callback/***"),
        ("http://h/callback/orders.html?page=2", "http://h/callback/orders.html?page=2"),
        ("tokens: 3, at 10:15", "tokens: 3, at 10:15"),
    ],
)
def test_secrets_inside_texts(text: str, shown: str) -> None:
    """Error messages quote data; what can be recognized in them is masked."""
    assert masked({"state_info": text}, frozenset({"mine"})) == {"state_info": shown}


def test_long_texts_take_no_long_time() -> None:
    """Whatever a text holds, masking it is linear."""
    for piece in ('"', '"a":', "://", "?a=", '\\"', "'a':'", "/callback/", "/callback/a.1", "%2E1"):
        text = piece * (200_000 // len(piece))
        assert cost(functools.partial(masked, text), limit=2.0) < 2.0, piece


def test_a_user_with_password_is_masked() -> None:
    """HTTP actions take both in one text."""
    assert masked({"auth": "ann:pw", "auth_type": "basic"}) == {"auth": "***", "auth_type": "basic"}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"password": "***"}, "password"),
        ({"a": {"b": [1, {"pin": "***"}]}}, "a.b.1.pin"),
        ({"pin": 1, "password": "x", "stars": "***"}, None),
        (["***"], None),
        ("***", None),
        ({"password": {"inner": "***"}}, None),
        ({"password": {"token": "***"}}, "password.token"),
    ],
)
def test_a_mask_that_comes_back_is_found(value: Any, place: str | None) -> None:
    """Only where a secret would stand."""
    assert mask_within(value, frozenset({"pin"})) == place


VALUES = st.recursive(
    st.text("abc", max_size=3) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "pin", "password"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_masked_is_found(value: Any) -> None:
    """Masking leaves a mask wherever it hides something, and nowhere else."""
    declared = frozenset({"pin"})
    shown = masked(value, declared)
    assert (mask_within(shown, declared) is not None) == (shown != value)


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("a", "b"), 1, (("a", "b"), 1)),
        ((), {"token": 1}, ((), {"token": "***"})),
        (("a", 0), "https://u:p@h/", (("a", 0), "https://u:***@h/")),
        (("a", "password"), "p", (("a", "password"), "***")),
        (("a", "password"), None, (("a", "password"), None)),
        (("credentials", "user"), "u", (("credentials",), "***")),
        (("credentials", 0, "user"), None, (("credentials",), "***")),
        (("pin",), 1234, (("pin",), "***")),
        (("input", "auth"), "user:password", (("input", "auth"), "***")),
        (("input", "auth"), {"user": "u", "token": "t"}, (("input", "auth"), {"user": "u", "token": "***"})),
    ],
)
def test_a_value_at_a_place_is_masked_by_the_names_on_the_way(
    path: tuple[Any, ...], value: Any, shown: tuple[Any, Any]
) -> None:
    """Also by those above it; then the place is not told in full."""
    assert masked_at(path, value, frozenset({"pin"})) == shown
