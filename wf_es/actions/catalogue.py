"""The catalogue: every action an engine knows, by name.

To the core it is a mapping from names to :class:`ActionSpec`; to a runner it
also gives what to run. It is immutable: adding actions gives a new
catalogue. There is no global one: whoever builds an engine builds its
catalogue, from the std.* actions, what installed packages offer in the
entry-point group ``wf_es.actions``, and what the program adds itself::

    catalogue = Catalogue.standard().with_actions(reserve, charge)
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from types import MappingProxyType

from wf_es.actions.declaration import Action, action_from
from wf_es.actions.http_actions import http_actions
from wf_es.actions.http_gateway import HttpGateway, HttpSettings
from wf_es.actions.standard import standard_actions
from wf_es.definition.model import ActionSpec
from wf_es.errors import AlreadyExists, NotFound, WfEsError

ENTRY_POINT_GROUP = "wf_es.actions"
"""Where installed packages name their actions."""

ALIASES: Mapping[str, str] = MappingProxyType({"mistral_http": "std.mistral_http"})
"""Older spellings: alias to the action's own name."""

_log = logging.getLogger(__name__)


class Catalogue(Mapping[str, ActionSpec]):
    """An immutable mapping of action names to specs, with what to run.

    Aliases are entries too; they lead to the spec under its own name, so
    ``spec.name == name`` tells the two apart.
    """

    def __init__(self, actions: Iterable[Action] = (), *, gateway: HttpGateway | None = None) -> None:
        """Hold the actions; ``gateway`` is what :meth:`close` closes."""
        self._actions = {action.spec.name: action for action in actions}
        for alias, name in ALIASES.items():
            if name in self._actions:
                self._actions.setdefault(alias, self._actions[name])
        self._gateway = gateway

    @classmethod
    def standard(
        cls, http: HttpSettings | None = None, plugins: Iterable[metadata.EntryPoint] | None = None
    ) -> Catalogue:
        """Return the std.* actions and those of installed packages.

        Args:
            http: Limits of the HTTP actions and which addresses they may
                call; by default no loopback, link-local or private ones.
            plugins: The entry points to load; by default those that are
                installed in the group ``wf_es.actions``. One that cannot be
                loaded is logged and left out.
        """
        gateway = HttpGateway(http or HttpSettings())
        found = metadata.entry_points(group=ENTRY_POINT_GROUP) if plugins is None else plugins
        standard = cls((*standard_actions(), *http_actions(gateway)), gateway=gateway)
        for plugin in found:
            standard = _with_plugin(standard, plugin)
        return standard

    def with_actions(self, *things: object, replace: bool = False) -> Catalogue:
        """Return a catalogue that has these actions, too.

        Args:
            things: Functions or classes (see :func:`~wf_es.actions.action`).
            replace: Let them take the place of actions of the same name.

        Raises:
            AlreadyExists: a name is taken and ``replace`` was not given.
            InvalidRequest: one of the things cannot be an action.
        """
        added = [action_from(thing) for thing in things]
        own = [one for name, one in self._actions.items() if name == one.spec.name]
        taken = {one.spec.name for one in own}
        for one in added:
            if one.spec.name in taken and not replace:
                raise AlreadyExists(f"there is already an action named '{one.spec.name}'")
            taken.add(one.spec.name)
        return Catalogue((*own, *added), gateway=self._gateway)

    def runnable(self, name: str) -> Action:
        """Return what to run for ``name``, which may be an alias.

        Raises:
            NotFound: there is no such action here.
        """
        try:
            return self._actions[name]
        except KeyError as error:
            raise NotFound(f"no action named '{name}' is installed here", kind="action", id=name) from error

    def close(self) -> None:
        """Close idle HTTP connections; the catalogue can still be used."""
        if self._gateway is not None:
            self._gateway.close()

    def __getitem__(self, name: str) -> ActionSpec:
        return self._actions[name].spec

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def __len__(self) -> int:
        return len(self._actions)

    def __repr__(self) -> str:
        return f"Catalogue({', '.join(sorted(self._actions))})"


def _with_plugin(catalogue: Catalogue, plugin: metadata.EntryPoint) -> Catalogue:
    """Add one installed action; a broken package must not stop the others."""
    try:
        return catalogue.with_actions(action_from(plugin.load(), plugin.name))
    except WfEsError as error:
        _log.error("action '%s' (%s) is left out: %s", plugin.name, plugin.value, error.message)
    except Exception:  # noqa: BLE001 - importing a foreign package may raise anything
        _log.exception("action '%s' (%s) cannot be loaded and is left out", plugin.name, plugin.value)
    return catalogue
