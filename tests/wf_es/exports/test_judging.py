"""What the file cannot show is no difference; all that does not depend on it is."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

import wf_es
from projections.exporting import without_secrets
from tests.wf_es.exports.worlds import ACTIONS, CODEC, Story, changed
from wf_es.actions import Catalogue
from wf_es.definition import ActionSpec
from wf_es.envelope import Event
from wf_es.execution.commands import ResumeFrom, TaskResumption
from wf_es.exports import Document, edited_definitions, gather, read_export, write_export
from wf_es.exports.lookups import Lookups
from wf_es.exports.redeciding import Redecided, redecide
from wf_es.limits import Limits

REAL = """
version: '2.0'
outer:
  input: [password, {id: 1}]
  vars: {id2: <% uuid() %>, r: <% random() %>, at: <% now() %>}
  tasks:
    call:
      workflow: inner
      publish: {u: <% uuid() %>}
      on-success: [opens: <% $.password = 'hunter2' %>, stays: <% $.password != 'hunter2' %>]
    opens: {action: polite text=<% uuid() %>, publish: {said: "Bearer <% $.password %>"}, on-success: last}
    stays: {action: std.noop}
    last: {action: std.echo output=<% $.said %>}
inner:
  tasks:
    deep: {action: std.fail, on-error: more}
    more: {action: std.fail, publish-on-error: {r: <% random() %>}}
"""
ADHOC = """
version: '2.0'
polite: {base: std.echo, base-input: {output: "dear <% $.text %>"}, input: [text], output: "<% $ %>!"}
"""


@pytest.fixture(scope="module")
def recorded_there() -> Iterator[tuple[Document, Document]]:
    """An export of an execution with random values, a secret, and a resume of several executions at once."""
    with wf_es.open("memory://") as workflows:
        workflows.create_actions(ADHOC)
        workflows.create_workflows(REAL)
        execution = workflows.start("outer", {"password": "hunter2"})
        assert workflows.wait(execution, 10).state == "ERROR"
        wish = TaskResumption(task="call/more", action="continue", result=1)
        workflows.resume(execution, tasks=[wish], reason="so")
        assert workflows.wait(execution, 10).state == "SUCCESS"
        yield tuple(  # type: ignore[misc]
            read_export(write_export(gather(workflows.engine, execution, "now", mask)), CODEC)
            for mask in (None, without_secrets)
        )


def test_an_engine_decides_again_what_it_has_decided(recorded_there: tuple[Document, Document]) -> None:
    """With the same random values, and with ad-hoc actions whose results were made something of."""
    document, _ = recorded_there
    lookups = Lookups(document.definitions, Catalogue.standard())
    for history in document.histories:
        found = redecide(history, CODEC, lookups)
        assert (found.unlike, found.folded) == (None, [])


def test_a_secret_that_was_left_out_is_no_difference(recorded_there: tuple[Document, Document]) -> None:
    """The way to ``opens`` depends on it; what does not is still compared."""
    _, document = recorded_there
    history = document.histories[0]
    assert history.masked
    found = redecide(history, CODEC, Lookups(document.definitions, Catalogue.standard()))
    assert found.unlike is None
    secret = "it may depend on secrets, which were left out"
    assert secret in {one.why for one in found.folded}
    assert found.decided > len(found.folded)

    def other(data: Event) -> Event:
        return msgspec.structs.replace(data, name="other")

    number = next(line.version for line in history.events if line.topic == "TaskScheduled@1")
    unlike = redecide(
        changed(history, number, other), CODEC, Lookups(document.definitions, Catalogue.standard())
    ).unlike
    assert unlike is not None
    assert (unlike.event, unlike.place.path) == (number, ("name",))


def test_an_action_that_is_not_installed_here_is_no_difference(
    recorded_there: tuple[Document, Document],
) -> None:
    """It behaves as it ran; what depends on how it is declared proves nothing."""
    document, _ = recorded_there
    without = {name: spec for name, spec in Catalogue.standard().items() if name != "std.echo"}
    for history in document.histories:
        found = redecide(history, CODEC, Lookups(document.definitions, without))
        assert found.unlike is None
        assert not found.folded


def test_random_values_that_cannot_be_drawn_again_are_no_difference() -> None:
    """A simulated world has seeds of its own, which are not in the log."""
    told = Story("w: {vars: {u: <% uuid() %>}, tasks: {a: {action: work input=<% random() %>}}}")
    found = told.redecided()
    assert found.unlike is None
    assert [one.why for one in found.folded] == ["it draws random values that cannot be drawn again"]
    edited = edited_definitions(
        {"f": "version: '2.0'\nw: {vars: {u: <% uuid() %>}, tasks: {b: {action: work input=<% random() %>}}}"}
    )
    other = told.redecided(edited=edited).unlike
    assert other is not None
    assert other.place.path == ("name",)


def test_another_limit_is_no_difference() -> None:
    """What was too large there may be small enough here."""
    told = Story("w: {tasks: {a: {action: work, with-items: 'i in [1, 2, 3]'}}}")
    document = told.document()
    tight = Limits(items=2)
    (history,) = document.histories
    found = redecide(history, CODEC, Lookups(document.definitions, ACTIONS, None, tight))
    assert (found.unlike, [one.why for one in found.folded]) == (
        None,
        ["a limit that it met may be another one here"],
    )


# --- what has to be assumed ------------------------------------------------------


def judged(told: Story, actions: dict[str, ActionSpec], text: str | None = None) -> Redecided:
    """Decide again where other actions are installed, and perhaps with an edited definition."""
    document = told.document()
    edited = None if text is None else edited_definitions({"w.yaml": f"version: '2.0'\n{text}"})
    return redecide(document.histories[0], CODEC, Lookups(document.definitions, actions, edited))


def test_an_input_that_did_not_fit_a_plug_in_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its declaration is nowhere, so it may well have been so."""
    needy = {"work": ActionSpec(name="work", inputs={"n": True}, is_async=True)}
    monkeypatch.setattr("tests.wf_es.exports.worlds.ACTIONS", needy)
    told = Story("w: {tasks: {a: {action: work n=1, on-success: b}, b: {action: work}}}")
    told.complete()
    assert told.world.states[told.id].state == "ERROR"
    assert (judged(told, needy).unlike, judged(told, needy).folded) == (None, [])
    found = judged(told, {})
    assert found.unlike is None
    assert [one.why for one in found.folded] == ["the action 'work' is not installed here"]
    alone = Story("w: {tasks: {a: {action: work}}}")
    found = judged(alone, {})
    assert (found.unlike, len(found.folded)) == (None, 1)


def test_an_edit_that_calls_what_is_not_installed_is_a_difference() -> None:
    """Whether there is such an action or not: it is another one."""
    told = Story("w: {tasks: {a: {action: work}}}")
    unlike = judged(told, ACTIONS, "w: {tasks: {a: {action: plug.in}}}").unlike
    assert unlike is not None
    assert (unlike.place.path, unlike.place.one, unlike.place.other) == (("name",), "work", "plug.in")


def test_what_had_been_uploaded_when_a_resume_was_checked_may_be_either_way() -> None:
    """A sub-workflow that has never run is not in the file: whether it was there cannot be told."""
    told = Story(
        "w: {tasks: {a: {action: work, on-success: s}, s: {workflow: sub}}}\n"
        "sub: {tasks: {t: {action: work}}}"
    )
    told.complete("ERROR", "x")
    told.give(ResumeFrom, tasks=(TaskResumption(task="a", context={"x": 1}),))
    document = told.document()
    own = [line for line in document.definitions if line.name == "w"]
    found = redecide(document.histories[0], CODEC, Lookups(own, ACTIONS))
    assert found.unlike is None
    assert [one.why for one in found.folded] == ["what the workflow 'sub' was then is not in the file"]


def test_the_latest_version_of_an_action_may_not_have_been_there_yet() -> None:
    """A failure to find it, and a file in which it ran later."""
    with wf_es.open("memory://") as workflows:
        text = "version: '2.0'\nw: {tasks: {a: {action: <% 'late' %>}}}"
        workflows.create_workflows(text)
        execution = workflows.start("w")
        assert workflows.wait(execution, 10).state == "ERROR"
        workflows.create_actions("version: '2.0'\nlate: {base: std.echo, base-input: {output: 1}}")
        workflows.resume(execution, tasks=[TaskResumption(task="a")])
        assert workflows.wait(execution, 10).state == "SUCCESS"
        document = gather(workflows.engine, execution, "now")
    found = redecide(document.histories[0], CODEC, Lookups(document.definitions, Catalogue.standard()))
    assert (found.unlike, found.folded) == (None, [])
