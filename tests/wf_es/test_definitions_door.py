"""The embedding door and definitions of every kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import wf_es
from wf_es import NotFound, Workflows
from wf_es.errors import AlreadyExists, InvalidDefinition

HEAD = "version: '2.0'\n"
WORKFLOW = HEAD + "w:\n  output: {k: <% env().k %>}\n  tasks:\n    t: {action: std.noop}\n"
ACTION = HEAD + "a: {base: std.noop}\n"
BOOK = HEAD + "name: b\nactions:\n  x: {base: std.noop}\n"


@pytest.fixture
def workflows() -> Iterator[Workflows]:
    """A store in memory."""
    with wf_es.open("memory://") as opened:
        yield opened


def test_texts_of_each_kind(workflows: Workflows) -> None:
    """Made, changed, looked at and withdrawn by the same verbs."""
    for kind, text, name in (("workflow", WORKFLOW, "w"), ("action", ACTION, "a"), ("workbook", BOOK, "b")):
        several = "" if kind == "workbook" else "s"
        create = getattr(workflows, f"create_{kind}{several}")
        update = getattr(workflows, f"update_{kind}{several}")
        get, delete = getattr(workflows, kind), getattr(workflows, f"delete_{kind}")

        made = create(text, namespace="n")
        assert (made[0].kind, made[0].name, made[0].namespace) == (kind, name, "n")
        with pytest.raises(AlreadyExists):
            create(text, namespace="n")
        assert update(text + "# changed\n", namespace="n")[0].version == 2
        assert get(name, namespace="n").content.text == text + "# changed\n"
        assert get(made[0].id) == get(name, namespace="n")
        delete(name, namespace="n")
        for attempt in (get, delete):
            with pytest.raises(NotFound):
                attempt(name, namespace="n")
        with pytest.raises(InvalidDefinition):
            create("version: '3.0'")


def test_a_workbook_may_take_its_items_with_it(workflows: Workflows) -> None:
    """Or leave them."""
    workflows.create_workbook(BOOK)
    workflows.delete_workbook("b")
    assert workflows.action("b.x").name == "b.x"

    workflows.create_workbook(BOOK)
    workflows.delete_workbook("b", cascade=True)
    with pytest.raises(NotFound):
        workflows.action("b.x")


def test_an_execution_starts_with_a_stored_environment(workflows: Workflows) -> None:
    """By its name; later changes do not reach it."""
    workflows.create_workflows(WORKFLOW)
    assert workflows.create_environment("e", {"k": 1}, description="d").name == "e"
    assert workflows.update_environment("e", {"k": 2}).version == 2
    assert workflows.environment("e") == {"k": 2}

    execution = workflows.start("w", params={"env": "e"})
    workflows.delete_environment("e")

    assert workflows.wait(execution, timeout=10).output == {"k": 2}
    for attempt in (workflows.environment, workflows.delete_environment):
        with pytest.raises(NotFound):
            attempt("e")


def test_versions_of_every_kind(workflows: Workflows) -> None:
    """Listed, shown and compared, also when the definition is gone."""
    workflows.create_workflows(WORKFLOW, namespace="n")
    workflows.update_workflows(WORKFLOW.replace("noop", "fail"), namespace="n")
    workflows.delete_workflow("w", namespace="n")
    workflows.create_environment("e", {"k": 1})
    workflows.update_environment("e", {"k": 2})

    listed = workflows.versions("w", namespace="n")
    assert [one.version for one in listed] == [1, 2]
    assert listed[1].withdrawn is not None
    assert workflows.version("w", 1, namespace="n").content.text == WORKFLOW
    difference = workflows.version_difference("w", namespace="n")
    assert [(part.name, part.keys) for part in difference.parts] == [("t", ("action",))]
    assert workflows.version_difference("e", 1, 2, kind="environment").parts[0].name == "k"
    with pytest.raises(NotFound):
        workflows.versions("w")
    with pytest.raises(NotFound):
        workflows.version("e", 3, kind="environment")
