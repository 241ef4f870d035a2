"""Policies: every form, every limit, and what is wrong with them."""

from __future__ import annotations

import pytest

from wf_es.definition import Reading, RetrySpec, TaskSpec, read_workflows
from wf_es.definition.policies import LARGEST_COUNT, LONGEST_WAIT, POLICY_KEYS
from wf_es.envelope import JSON
from wf_es.expressions import Template


def read(policy: str) -> Reading:
    """Read a workflow with one task; its policy stands in line 6."""
    text = "version: '2.0'\nw:\n  input: [x]\n  tasks:\n    a:\n"
    return read_workflows(f"{text}      {policy}\n      with-items: i in [1]\n")


def task_of(policy: str) -> TaskSpec:
    """Return the task of a text without problems."""
    reading = read(policy)
    assert reading.problems == ()
    return reading.workflows[0].spec.tasks["a"]


SECONDS = ["wait-before", "wait-after", "timeout"]
FLAGS = ["pause-before", "fail-on"]


@pytest.mark.parametrize("key", SECONDS)
@pytest.mark.parametrize("value", [0, 1, 0.25, 1e3, LONGEST_WAIT, "<% $.x %>", "'{{ _.x }}'"])
def test_seconds_may_have_fractions(key: str, value: JSON) -> None:
    """A number up to the limit, or one expression."""
    found: Template = getattr(task_of(f"{key}: {value}"), POLICY_KEYS[key].field)
    assert found.source == (value.strip("'") if isinstance(value, str) else value)


@pytest.mark.parametrize("value", [0, 1, LARGEST_COUNT, "<% $.x %>"])
def test_concurrency_is_a_whole_number(value: JSON) -> None:
    """A count up to the limit, or one expression."""
    found = task_of(f"concurrency: {value}").concurrency
    assert found is not None
    assert found.source == value


@pytest.mark.parametrize("key", FLAGS)
@pytest.mark.parametrize("value", [True, False, "<% $.x %>"])
def test_flags(key: str, value: JSON) -> None:
    """True, false or one expression; false is not the same as nothing."""
    found: Template = getattr(task_of(f"{key}: {value}"), POLICY_KEYS[key].field)
    assert found.source == value


def sources(retry: RetrySpec | None) -> list[JSON]:
    """Return count, delay, break-on and continue-on as they were written."""
    assert retry is not None
    return [found and found.source for found in (retry.count, retry.delay, retry.break_on, retry.continue_on)]


RETRIES: list[tuple[str, list[JSON]]] = [
    ("{count: 3, delay: 0.5}", [3, 0.5, None, None]),
    ("{count: <% $.x %>, delay: 0}", ["<% $.x %>", 0, None, None]),
    (
        "{count: 0, delay: 1, break-on: <% $.x %>, continue-on: '{{ _.x }}'}",
        [0, 1, "<% $.x %>", "{{ _.x }}"],
    ),
    ("count=3 delay=1.5", [3, 1.5, None, None]),
    ("  count=3   delay=1", [3, 1, None, None]),
    ("delay=<% $.x + 1 %> count=2 break-on=<% $.x = 1 %>", [2, "<% $.x + 1 %>", "<% $.x = 1 %>", None]),
    ("count=1 delay=1 continue-on='<% $.x %>'", [1, 1, None, "<% $.x %>"]),
]


@pytest.mark.parametrize(("text", "expected"), RETRIES)
def test_retry_is_a_mapping_or_one_line(text: str, expected: list[JSON]) -> None:
    """Both forms give the same."""
    assert sources(task_of(f"retry: {text}").retry) == expected


MISTAKES = [
    ("wait-before: -1", "6:20", "E105", "-1 is not valid under any of the given schemas"),
    ("wait-before: -0.5", "6:20", "E105", "'wait-before' must be 0 or more"),
    ("wait-after: true", "6:19", "E105", "True is not valid"),
    ("timeout: soon", "6:16", "E105", "'soon' is not valid under any of the given schemas"),
    ("timeout: '5'", "6:16", "E105", "a number of seconds from 0 on, or one expression"),
    ("timeout: [1]", "6:16", "E105", "[1] is not valid"),
    ("timeout:", "6:15", "E105", "None is not valid"),
    (f"timeout: {LONGEST_WAIT + 1}", "6:16", "E105", f"the largest is {LONGEST_WAIT} seconds"),
    ("timeout: 1e30", "6:16", "E105", "'1e30' is not valid"),
    ("timeout: 1.0e+30", "6:16", "E105", "the largest is"),
    ("timeout: about <% $.x %>", "6:16", "E303", "must be one whole expression"),
    ("timeout: <% $. %>", "6:22", "E301", "'timeout': cannot read"),
    ("concurrency: 1.5", "6:20", "E105", "a whole number from 0 on"),
    ("concurrency: -1", "6:20", "E105", "0 or more"),
    (f"concurrency: {LARGEST_COUNT + 1}", "6:20", "E105", f"the largest is {LARGEST_COUNT}"),
    ("pause-before: maybe", "6:21", "E303", "one whole expression"),
    ("pause-before: 1", "6:21", "E105", "1 is not of type 'boolean'"),
    ("fail-on: {}", "6:16", "E105", "{} is not of type 'boolean'"),
    ("retry: {count: 1}", "6:14", "E107", "'delay' is a required property"),
    ("retry: {delay: 1}", "6:14", "E107", "'count' is a required property"),
    ("retry: {}", "6:14", "E106", "{} should be non-empty"),
    ("retry: 3", "6:14", "E105", "3 is not of type 'object'"),
    ("retry: ''", "6:14", "E106", "'' should be non-empty"),
    ("retry: {count: many, delay: 1}", "6:22", "E105", "'retry.count' must be a whole number"),
    ("retry: {count: 1.5, delay: 1}", "6:22", "E105", "'retry.count' must be a whole number"),
    ("retry: {count: 1, delay: -1}", "6:32", "E105", "'retry.delay' must be 0 or more"),
    ("retry: {count: 1, delay: 1, break-on: true}", "6:45", "E303", "not True"),
    ("retry: {count: 1, delay: 1, breakon: <% $.x %>}", "6:35", "E104", "did you mean 'break-on'?"),
    ("retry: count=1", "6:14", "E107", "'delay' is a required property"),
    ("retry: count=1 delay=x", "6:28", "E105", "'retry.delay' must be a number of seconds"),
    ("retry: count 1", "6:14", "E111", "cannot read 'count 1'"),
    ("retry: count=1 delay=<% $. %>", "6:34", "E301", "'retry.delay': cannot read"),
]


@pytest.mark.parametrize(("policy", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(policy: str, place: str, code: str, words: str) -> None:
    """One mistake gives one error, at the value that is wrong."""
    (problem,) = read(policy).errors
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert problem.subject == "task 'a'"
    assert words in problem.message


def test_mistral_keeps_policies_under_the_task() -> None:
    """The old key is refused with a hint."""
    (problem,) = read("policies: {timeout: 1}").errors
    assert "('policies' was unexpected)" in problem.message or "directly under the task" in problem.message
