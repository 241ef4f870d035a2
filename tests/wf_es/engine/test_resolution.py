"""What a name means to a running execution: workbook first, its namespace first."""

from __future__ import annotations

import pytest

from tests.wf_es.engine.conftest import BOOK, Library
from wf_es.definition import ActionSpec
from wf_es.engine import DEFAULT_PROJECT
from wf_es.errors import NotFound
from wf_es.execution.decision import StoredAction

HEAD = "version: '2.0'\n"


def flow(name: str, action: str = "std.noop") -> str:
    """Return the text of a workflow."""
    return f"{HEAD}{name}:\n  tasks:\n    t:\n      action: {action}\n"


def shout(name: str, output: str = "x") -> str:
    """Return the text of an ad-hoc action."""
    return f"{HEAD}{name}:\n  base: std.echo output={output}\n"


def found_workflow(library: Library, name: str, namespace: str = "", parent: str = "") -> str:
    """Return the name, namespace and version of the workflow that a name means."""
    definition = library.definitions.resolve_workflow(
        name, project=DEFAULT_PROJECT, namespace=namespace, parent_name=parent
    )
    state = library.definitions.get(definition.pin.stream, project=DEFAULT_PROJECT)
    assert definition.workflow.name == state.name
    return f"{state.namespace}/{state.name}@{definition.pin.version}"


def found_action(library: Library, name: str, namespace: str = "", caller: str = "") -> str:
    """Return what an action's name means: that of an installed one, or namespace/name@version."""
    found = library.definitions.resolve_action(
        name, project=DEFAULT_PROJECT, namespace=namespace, workflow_name=caller
    )
    if isinstance(found, ActionSpec):
        return found.name
    state = library.definitions.get(found.pin.stream, kind="action", project=DEFAULT_PROJECT)
    assert found.action.name == state.name
    return f"{state.namespace}/{state.name}@{found.pin.version}"


def test_a_workflow_of_a_workbook_means_its_neighbours_first(library: Library) -> None:
    """By their short names; what the workbook does not have is looked for outside."""
    library.create("workbook", BOOK)
    library.create("workflow", flow("child"))
    library.create("workflow", flow("other"))

    assert found_workflow(library, "child", parent="wb.parent") == "/wb.child@1"
    assert found_workflow(library, "wb.child", parent="wb.parent") == "/wb.child@1"
    assert found_workflow(library, "other", parent="wb.parent") == "/other@1"
    assert found_workflow(library, "child", parent="elsewhere") == "/child@1"
    assert found_workflow(library, "child") == "/child@1"


def test_a_dot_in_a_name_alone_makes_no_workbook(library: Library) -> None:
    """A workflow that is merely called so has no neighbours."""
    for name in ("team.deploy", "team.build", "build"):
        library.create("workflow", flow(name))

    assert found_workflow(library, "build", parent="team.deploy") == "/build@1"


def test_items_outlive_their_workbook(library: Library) -> None:
    """What was deleted without its items still gives them their short names."""
    library.create("workbook", BOOK)
    library.definitions.delete("wb", kind="workbook", origin=library.origin())

    assert found_workflow(library, "child", parent="wb.parent") == "/wb.child@1"


def test_the_namespace_of_the_parent_comes_before_the_default_one(library: Library) -> None:
    """In the workbook as well as outside of it."""
    library.create("workflow", flow("child"))
    library.create("workflow", flow("child"), namespace="n")
    library.create("workbook", BOOK)
    library.create("workflow", flow("only"))

    assert found_workflow(library, "child", namespace="n") == "n/child@1"
    assert found_workflow(library, "child", namespace="m") == "/child@1"
    assert found_workflow(library, "only", namespace="n") == "/only@1"
    assert found_workflow(library, "child", namespace="n", parent="wb.parent") == "/wb.child@1"

    library.create("workbook", BOOK, namespace="n")
    assert found_workflow(library, "child", namespace="n", parent="wb.parent") == "n/wb.child@1"


def test_the_newest_version_is_meant_and_what_was_pinned_stays(library: Library) -> None:
    """A pin taken before an update or a deletion gives what it gave."""
    library.create("workflow", flow("child"))
    before = library.definitions.resolve_workflow("child", project=DEFAULT_PROJECT)
    library.definitions.update(flow("child", "std.echo"), origin=library.origin())

    assert found_workflow(library, "child") == "/child@2"
    assert library.definitions.pinned(before.pin) == before
    library.definitions.delete("child", origin=library.origin())
    with pytest.raises(NotFound, match=r"Workflow not found \[name=child, namespace=n\]"):
        found_workflow(library, "child", namespace="n")


def test_only_the_project_is_looked_at(library: Library) -> None:
    """Others' definitions mean nothing here."""
    library.create("workflow", flow("child"), project="q")
    library.create("action", shout("loud"), project="q")

    with pytest.raises(NotFound):
        found_workflow(library, "child")
    with pytest.raises(NotFound):
        found_action(library, "loud")


def test_installed_actions_come_before_uploaded_ones(library: Library) -> None:
    """An uploaded one of the same name is never reached."""
    library.create("action", shout("std.echo"))
    library.create("action", shout("loud"))

    assert found_action(library, "std.echo") == "std.echo"
    assert found_action(library, "std.echo", caller="wb.parent") == "std.echo"
    assert found_action(library, "loud") == "/loud@1"
    with pytest.raises(NotFound, match=r"Failed to find action \[action_name=quiet, namespace=n\]"):
        found_action(library, "quiet", namespace="n")


def test_actions_of_a_workbook_come_first_for_its_workflows(library: Library) -> None:
    """And their namespace counts as for workflows."""
    library.create("workbook", BOOK)
    library.create("action", shout("shout"))
    library.create("action", shout("shout"), namespace="n")

    assert found_action(library, "shout", caller="wb.parent") == "/wb.shout@1"
    assert found_action(library, "shout", caller="flow") == "/shout@1"
    assert found_action(library, "shout", namespace="n", caller="flow") == "n/shout@1"
    assert found_action(library, "shout", namespace="n", caller="wb.parent") == "/wb.shout@1"


def test_a_pinned_action_stays_as_it_was(library: Library) -> None:
    """After an update and after a deletion."""
    library.create("action", shout("loud"))
    before = library.definitions.resolve_action("loud", project=DEFAULT_PROJECT)
    assert isinstance(before, StoredAction)
    library.definitions.update(shout("loud", "y"), kind="action", origin=library.origin())

    assert found_action(library, "loud") == "/loud@2"
    library.definitions.delete("loud", kind="action", origin=library.origin())
    assert library.definitions.pinned_action(before.pin).action.text == shout("loud")


def test_a_built_in_name_costs_no_look_into_the_store(library: Library) -> None:
    """Most tasks call installed actions; those are found in memory."""
    library.create("workbook", BOOK)
    library.store.loads.clear()

    assert found_action(library, "std.noop", caller="wb.parent") == "std.noop"
    assert library.store.loads == []
