"""Playing a case: given results, the simulated clock, commands, and where it cannot go on."""

from __future__ import annotations

from collections.abc import Callable

from tests.wf_es.testing.conftest import Theatre

Make = Callable[..., Theatre]

POLICIES = """
version: '2.0'
w:
  tasks:
    ask: {action: std.http url=x, retry: {count: 3, delay: 10}, timeout: 60, on-error: excuse}
    excuse: {wait-before: 5}
"""
ITEMS = """
version: '2.0'
w:
  output: {all: <% $.all %>}
  tasks:
    each: {with-items: "x in [1, 2, 3]", action: std.http url=<% $.x %>, publish: {all: <% task().result %>}}
"""
LOOP = """
version: '2.0'
w:
  vars: {n: 0}
  tasks:
    begin: {on-success: again}
    again: {publish: {n: <% $.n + 1 %>}, on-success: [again: <% true %>]}
"""


def names(theatre: Theatre) -> list[str]:
    """Return the path that a case takes."""
    return [f"{run.name} {run.state}" for run in theatre.play().runs[""]]


def test_what_is_given_ends_the_actions(theatre: Make) -> None:
    """An expression sees the action's input; what is not outside runs by itself."""
    made = theatre("given: {tasks: {ask: {success: 'from <% $.url %>'}}}\ninput: {n: 5}\nexpect: {}")

    played = made.play()

    assert played.trouble is None
    assert played.state is not None
    assert played.state.output == {"got": "from http://there/5"}
    assert [(call.path, call.action) for call in played.calls] == [("ask", "std.http"), ("tell", "std.echo")]


def test_results_may_take_their_time(theatre: Make) -> None:
    """The clock moves to the moment at which something happens."""
    made = theatre("given: {tasks: {ask: {error: no, after: 90}}}\nexpect: {}")

    played = made.play()

    assert (played.duration, names(made)) == (90, ["ask ERROR", "excuse SUCCESS"])


def test_a_list_gives_one_result_after_the_other(theatre: Make) -> None:
    """Retries take them in turn, and wait between them."""
    case = "given: {actions: {std.http: [error, {error: 5, after: 1}, success]}}\nexpect: {}"

    played = theatre(case, POLICIES).play()

    assert played.runs[""][0].attempt == 3
    assert (played.duration, played.trouble) == (21, None)


def test_items_take_a_list_in_their_order(theatre: Make) -> None:
    """The first result is that of the first item, whichever ends first."""
    case = "given: {tasks: {each: [{success: a, after: 3}, {success: b}, {error: c}]}}\nexpect: {}"

    played = theatre(case, ITEMS).play()

    assert played.runs[""][0].result == ["a", "b", "c"]
    assert played.duration == 3


def test_an_action_that_never_ends_times_out(theatre: Make) -> None:
    """What is outstanding moves no clock, but timers do."""
    case = "given: {tasks: {ask: never}}\nexpect: {}"

    played = theatre(case, POLICIES).play()

    assert [run.name for run in played.runs[""]] == ["ask", "excuse"]
    assert played.duration == 4 * 60 + 3 * 10 + 5


def test_a_result_at_the_moment_of_a_timeout_is_in_time(theatre: Make) -> None:
    """At one moment results come first."""
    case = "given: {tasks: {ask: {success: 1, after: 60}}}\nexpect: {}"

    assert names(theatre(case, POLICIES)) == ["ask SUCCESS"]


def test_an_action_without_a_result_stops_the_case(theatre: Make) -> None:
    """The message says what was called and what to write."""
    trouble = theatre("expect: {}").play().trouble or ""

    assert "the task 'ask' called the action 'std.http' with {\"url\": \"http://there/1\"}" in trouble
    assert "tasks: {ask: {success: ...}}" in trouble


def test_a_list_that_is_too_short_stops_the_case(theatre: Make) -> None:
    """A further call gets no made-up result."""
    trouble = theatre("given: {tasks: {ask: [error]}}\nexpect: {}", POLICIES).play().trouble or ""

    assert "once more" in trouble
    assert "only 1 result is given" in trouble


def test_commands_come_at_their_time(theatre: Make) -> None:
    """A pause holds what follows until the resume."""
    case = """
given: {tasks: {ask: {success: 1, after: 10}}}
commands:
  - {at: 5, command: pause, message: lunch}
  - {at: 60, command: resume}
expect: {}
"""
    played = theatre(case).play()

    assert played.trouble is None
    assert [run.name for run in played.runs[""]] == ["ask", "tell"]
    assert played.duration == 60


def test_commands_without_a_time_come_at_the_end(theatre: Make) -> None:
    """One after the other, each with all that follows from it."""
    case = """
given: {tasks: {ask: [error, error]}}
commands:
  - {command: rerun, task: ask, input: {url: elsewhere}}
  - {command: continue, task: ask, result: found}
expect: {}
"""
    made = theatre(case)

    played = made.play()

    assert played.trouble is None
    assert [call.input for call in played.calls if call.path == "ask"][1] == {"url": "elsewhere"}
    assert played.state is not None
    assert (played.state.state, played.state.output) == ("SUCCESS", {"got": "found"})


def test_a_refused_command_stops_the_case(theatre: Make) -> None:
    """It says what was refused, when and why."""
    case = """
given: {tasks: {ask: success}}
commands: [{at: 7, command: skip, task: tell}]
expect: {}
"""
    trouble = theatre(case).play().trouble or ""

    assert trouble.startswith("the command 'skip' at 7 s was refused: ")


def test_a_command_for_a_task_that_did_not_run_stops_the_case(theatre: Make) -> None:
    """There is nothing to be skipped."""
    case = "given: {tasks: {ask: success}}\ncommands: [{command: skip, task: excuse}]\nexpect: {}"

    assert "the task 'excuse' has not run" in (theatre(case).play().trouble or "")


def test_a_start_that_is_refused_is_no_execution(theatre: Make) -> None:
    """The reason is the one that a server gives."""
    played = theatre("input: {m: 1}\nexpect: {}").play()

    assert played.state is None
    assert "unexpected=['m']" in (played.trouble or "")


def test_an_endless_workflow_is_stopped(theatre: Make, monkeypatch: object) -> None:
    """A loop without an end is told after many rounds."""
    monkeypatch.setattr("wf_es.testing.playing.MOST_ENTRIES", 50)  # type: ignore[attr-defined]

    assert "after 50 things that happened" in (theatre("expect: {}", LOOP).play().trouble or "")


def test_environments_are_found_by_name(theatre: Make) -> None:
    """As on a server, and expressions see them."""
    text = "version: '2.0'\nw: {output: {r: <% env().region %>}, tasks: {a: {action: std.noop}}}\n"
    more = "environments: {there: {region: eu}}"

    played = theatre("env: there\nexpect: {}", text, more).play()

    assert played.state is not None
    assert played.state.output == {"r": "eu"}


def test_cases_do_not_see_each_other(theatre: Make) -> None:
    """A list that one case has used up is whole for the next one."""
    made = theatre("given: {tasks: {ask: [error, success]}}\nexpect: {}", POLICIES)

    assert made.play() == made.play()


def test_many_items_all_begin(theatre: Make) -> None:
    """A decision begins only so many; the rest follows at the same moment."""
    text = (
        "version: '2.0'\nw:\n  input: [n: 1200]\n  tasks:\n"
        '    each: {with-items: "x in <% range(0, $.n) %>", action: std.echo output=<% $.x %>}\n'
    )

    played = theatre("expect: {}", text).play()

    assert played.runs[""][0].result == list(range(1200))
    assert played.duration == 0
