"""Expressions that go wrong go wrong alone.

Deadlines are over the time a process computes, so these tests do not depend
on how busy the machine is; they are short to be quick.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from wf_es.envelope import JSON
from wf_es.errors import BudgetExceeded, EvaluationError, WorldError
from wf_es.expressions import Scope, close_sandbox, template
from wf_es.expressions.sandbox import MOST_PROCESSES
from wf_es.limits import ExpressionLimits

QUICK = ExpressionLimits(seconds=0.2)
ENDLESS = "<% regex('(a+)+b').matches('a' * 60) %>"
HARMLESS = template("<% $.l.groupBy($).select($[0]) %>")

BOMBS = {
    "regular expression": ENDLESS,
    "endless sequence": "<% sequence().sum() %>",
    "endless list": "<% [1].cycle().toList() %>",
    "endless generator": "<% generate(1, true, $ + 1) %>",
    "huge text": "<% 'a' * 1000000000 %>",
    "huge text from a variable": "<% $.s * 1000000000 %>",
    "huge list": "<% [1] * 1000000000 %>",
    "huge number": "<% shiftBitsLeft(1, 100000000000) %>",
    "huge power": "<% pow(9, pow(9, 9)) %>",
    "recursive function": "<% def(f, f()) -> f() %>",
    "huge text in Jinja": "{{ 'a' * 10**10 }}",
    "padding in Jinja": "{{ '%1000000000d' % 1 }}",
    "power in Jinja": "{{ 9 ** (9 ** 9) }}",
    "loops in Jinja": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "recursion in Jinja": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "calls without end": "<% sequence().select(task($)).where($ = a).first() %>",
    "filter in Jinja": "{{ _.s | center(10000000000) }}",
}


def processes_of(parent: int) -> set[int]:
    """Return the ids of the running children of a process."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, owner = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(owner) == parent and state != "Z":
            found.add(int(stat.parent.name))
    return found


def scope_of(limits: ExpressionLimits | None = None) -> Scope:
    """Return a scope with some variables and a function."""
    return Scope([{"l": [1, 2, 1], "s": "text"}], {"task": lambda name: name}, limits)


def until(condition: object) -> None:
    """Wait until a condition holds, for a minute at most."""
    assert callable(condition)
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def fresh_sandbox() -> Iterator[None]:
    """Begin and end each test without processes."""
    close_sandbox()
    yield
    close_sandbox()


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_bombs(text: str) -> None:
    """Whatever explodes or never ends is stopped, and the next expression works."""
    with pytest.raises(BudgetExceeded) as caught:
        template(text).evaluate(scope_of(QUICK))

    assert caught.value.expression == text
    assert HARMLESS.evaluate(scope_of()) == [1, 2]


def test_the_usual_deadline_is_about_a_second() -> None:
    """An endless expression ends after one second of computing and says so."""
    with pytest.raises(BudgetExceeded, match="more than 1 seconds"):
        template(ENDLESS).evaluate(scope_of())


def test_one_deadline_for_a_whole_template() -> None:
    """A document of many slow expressions gets no more time than one."""
    slow = "<% range(3000).takeWhile($ >= 0).count() %>"
    started = time.process_time()

    with pytest.raises(BudgetExceeded, match="more than 0.3 seconds"):
        template([slow] * 50).evaluate(Scope([], limits=ExpressionLimits(seconds=0.3)))

    assert time.process_time() - started < 5


def test_nobody_waits_for_a_stuck_expression() -> None:
    """While expressions are stuck, others are evaluated at once."""
    stuck = Event()

    def report(name: JSON) -> JSON:
        stuck.set()
        return name

    scope = Scope([{}], {"task": report}, ExpressionLimits(seconds=3.0))
    bomb = template("<% task(a) + str(regex('(a+)+b').matches('a' * 60)) %>")
    with ThreadPoolExecutor() as pool:
        HARMLESS.evaluate(scope_of())
        stopped = pool.submit(bomb.evaluate, scope)
        stuck.wait(60)
        values = [HARMLESS.evaluate(scope_of()) for _ in range(5)]
        assert not stopped.done()
        with pytest.raises(BudgetExceeded):
            stopped.result()

    assert values == [[1, 2]] * 5


def test_many_threads_share_a_few_processes() -> None:
    """Every caller gets its own value; there are never more processes than allowed."""
    made = template("<% $.l.groupBy($).select($[0] + $.len()).sum() + task($.n) %>")
    most = 0

    def evaluate(number: int) -> JSON:
        nonlocal most
        value = made.evaluate(Scope([{"l": [number] * 3, "n": number}], {"task": lambda name: name}))
        most = max(most, len(processes_of(os.getpid())))
        return value

    before = len(processes_of(os.getpid()))
    with ThreadPoolExecutor(16) as pool:
        values = list(pool.map(evaluate, range(64)))

    assert values == [2 * number + 2 for number in range(64)]
    assert most - before <= MOST_PROCESSES


def test_processes_are_kept_and_replaced() -> None:
    """A process serves again, also after a failed function; a dead one is replaced."""
    before = processes_of(os.getpid())

    def refuse(name: JSON) -> JSON:
        raise LookupError(f"no {name}")

    HARMLESS.evaluate(scope_of())
    first = processes_of(os.getpid()) - before
    with pytest.raises(LookupError, match="no a"):
        template("<% [1].groupBy(task(a)) %>").evaluate(Scope([], {"task": refuse}))
    HARMLESS.evaluate(scope_of())
    assert processes_of(os.getpid()) - before == first

    for process in first:
        os.kill(process, signal.SIGKILL)
    until(lambda: not processes_of(os.getpid()) & first)
    assert HARMLESS.evaluate(scope_of()) == [1, 2]
    assert not (processes_of(os.getpid()) - before) & first


def test_only_what_is_read_is_sent() -> None:
    """Variables that the expression does not read may be anything."""
    scope = Scope([{"l": [1], "other": object()}])

    assert HARMLESS.evaluate(scope) == [1]
    with pytest.raises(EvaluationError, match="not JSON"):
        template("<% $.groupBy(1) %>").evaluate(scope)


def test_a_function_that_gives_no_json() -> None:
    """Such a function is an error of the evaluation, and the process stays usable."""
    scope = Scope([], {"task": lambda name: object()})

    with pytest.raises(EvaluationError, match="not JSON"):
        template("<% [task(a)].groupBy($) %>").evaluate(scope)
    with pytest.raises(EvaluationError, match=r"task\(\) does not take such arguments"):
        template("<% [task()].groupBy($) %>").evaluate(scope)
    assert HARMLESS.evaluate(scope_of()) == [1, 2]


def test_nothing_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process gets neither the environment nor open files of the engine."""
    monkeypatch.setenv("A_SECRET", "s3cret")
    before = processes_of(os.getpid())
    with Path(__file__).open() as secret:
        os.set_inheritable(secret.fileno(), True)
        HARMLESS.evaluate(scope_of())
        (process,) = processes_of(os.getpid()) - before
        opened = {str(path.readlink()) for path in Path(f"/proc/{process}/fd").iterdir()}

    assert "s3cret" not in Path(f"/proc/{process}/environ").read_text()
    assert not any(name.startswith("/") and name != os.devnull for name in opened)


def test_closing_leaves_nothing() -> None:
    """After closing there are no processes and no descriptors, and it starts again."""
    before = processes_of(os.getpid()), len(list(Path("/proc/self/fd").iterdir()))

    assert HARMLESS.evaluate(scope_of()) == [1, 2]
    close_sandbox()

    assert (processes_of(os.getpid()), len(list(Path("/proc/self/fd").iterdir()))) == before
    assert HARMLESS.evaluate(scope_of()) == [1, 2]


def test_it_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no process can be started, the world is at fault; later it works again."""
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/nowhere/python")
        for _ in range(MOST_PROCESSES + 1):
            with pytest.raises(WorldError, match="cannot start"):
                HARMLESS.evaluate(scope_of())
        patched.setattr(sys, "executable", "/bin/false")
        with pytest.raises(WorldError, match="does not start"):
            HARMLESS.evaluate(scope_of())

    assert HARMLESS.evaluate(scope_of()) == [1, 2]


PROGRAM = """
import os, sys
from wf_es.limits import ExpressionLimits
from wf_es.expressions import Scope, template
harmless = template("<% [1, 1].groupBy($).len() %>")
assert harmless.evaluate(Scope([])) == 1
"""
KILLED = f"""{PROGRAM}
def task(name):
    print("stuck", flush=True)
    return name
bomb = template("<% task(a) + str(regex('(a+)+b').matches('a' * 60)) %>")
bomb.evaluate(Scope([], {{"task": task}}, ExpressionLimits(seconds=1)))
"""
FORKED = f"""{PROGRAM}
child = os.fork()
assert harmless.evaluate(Scope([])) == 1
if child:
    _, status = os.waitpid(child, 0)
    assert status == 0, status
    assert harmless.evaluate(Scope([])) == 1
    print("fine")
"""


def test_the_engine_is_killed() -> None:
    """When the engine's process is killed, its processes end: at once, or on their timer."""
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE) as engine:
        assert engine.stdout is not None
        assert engine.stdout.readline() == b"stuck\n"
        processes = processes_of(engine.pid)
        engine.kill()
    assert processes

    until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))


def test_after_a_fork() -> None:
    """The copy that a fork makes starts its own processes, and both go on."""
    found = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", FORKED],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert (found.stdout, found.stderr, found.returncode) == ("fine\n", "", 0)
