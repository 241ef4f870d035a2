"""The catalogue of actions."""

from __future__ import annotations

import logging
from importlib.metadata import EntryPoint

import pytest

from wf_es.actions import Catalogue, action, perform
from wf_es.actions.context import ActionContext
from wf_es.errors import AlreadyExists, InvalidRequest, NotFound

GROUP = "wf_es.actions"


@action("shop.reserve")
def reserve(item: str) -> str:
    """Reserve an item."""
    return item


@action("std.echo")
def own_echo(output: str) -> str:
    """Another echo."""
    return output.upper()


def test_the_standard_names() -> None:
    """The catalogue starts with Mistral's actions that we offer, and one alias."""
    assert sorted(Catalogue.standard(plugins=())) == [
        "mistral_http",
        "std.async_noop",
        "std.echo",
        "std.fail",
        "std.http",
        "std.mistral_http",
        "std.noop",
        "std.sleep",
        "std.test_dict",
    ]


def test_signatures_are_written_as_mistral_lists_them() -> None:
    """The inputs of std.echo and the beginning of std.http."""
    catalogue = Catalogue.standard(plugins=())

    assert catalogue["std.echo"].signature == "output, delay=0"
    assert catalogue["std.http"].signature.startswith('url, method="GET", params=null, body=null')


def test_an_alias_leads_to_the_action() -> None:
    """Older texts leave out the prefix; the spec keeps its own name."""
    catalogue = Catalogue.standard(plugins=())

    assert catalogue["mistral_http"].name == "std.mistral_http"
    assert catalogue.runnable("mistral_http") is catalogue.runnable("std.mistral_http")


def test_adding_makes_a_new_catalogue() -> None:
    """The old one does not change."""
    old = Catalogue.standard(plugins=())
    new = old.with_actions(reserve)

    assert "shop.reserve" in new
    assert "shop.reserve" not in old
    assert "mistral_http" in new


def test_a_name_is_not_taken_over_by_accident(context: ActionContext) -> None:
    """Replacing an action must be said; twice the same name at once is refused, too."""
    catalogue = Catalogue.standard(plugins=())

    with pytest.raises(AlreadyExists, match=r"std\.echo"):
        catalogue.with_actions(own_echo)
    with pytest.raises(AlreadyExists, match=r"shop\.reserve"):
        catalogue.with_actions(reserve, reserve)
    replaced = catalogue.with_actions(own_echo, replace=True)
    assert perform(replaced.runnable("std.echo"), {"output": "x"}, context).data == "X"


def test_an_unknown_name() -> None:
    """The error names what is missing."""
    with pytest.raises(NotFound, match=r"no\.such"):
        Catalogue.standard(plugins=()).runnable("no.such")


def test_installed_packages_add_actions() -> None:
    """An entry point names a function or class; undeclared ones get its name."""
    plugins = [
        EntryPoint("ignored", "json:dumps", "other"),
        EntryPoint("text.upper", "textwrap:dedent", GROUP),
    ]

    catalogue = Catalogue.standard(plugins=plugins[1:])

    assert catalogue["text.upper"].inputs == {"text": True}


@pytest.mark.parametrize(
    ("value", "name"),
    [("no_such_module_at_all:x", "a.b"), ("math:pi", "a.b"), ("textwrap:dedent", "std.echo")],
)
def test_a_broken_package_does_not_stop_the_others(
    value: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be used is logged and left out."""
    good = EntryPoint("text.dedent", "textwrap:dedent", GROUP)

    with caplog.at_level(logging.ERROR):
        catalogue = Catalogue.standard(plugins=[EntryPoint(name, value, GROUP), good])

    assert f"action '{name}'" in caplog.text
    assert "text.dedent" in catalogue
    assert catalogue["std.echo"].signature == "output, delay=0"


def test_a_thing_that_is_no_action() -> None:
    """Refused with a reason."""
    with pytest.raises(InvalidRequest):
        Catalogue().with_actions(7)


def test_it_is_a_mapping_without_setters() -> None:
    """Immutable, with a readable repr; closing it twice does no harm."""
    catalogue = Catalogue.standard(plugins=())

    assert not hasattr(catalogue, "__setitem__")
    assert len(catalogue) == len(list(catalogue))
    assert "std.echo" in repr(catalogue)
    catalogue.close()
    catalogue.close()
