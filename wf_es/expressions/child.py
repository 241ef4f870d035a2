"""The process that evaluates what is not compiled, seen from the inside.

It reads requests from standard input, writes replies to standard output and
ends when its input ends, which also happens when the engine's process is
killed. Before each evaluation it gives itself a limit of memory and a timer
over the time it computes, on which the system kills it even inside a single
C call and even if the engine is gone by then. Time it waits does not count, so
a busy machine fails no expression. It may not write files, and nothing in
either language could open one or reach the network.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from yaql.language import expressions as tree
from yaql.language import utils

from wf_es.envelope import JSON
from wf_es.expressions import jinja_library, jinja_syntax, yaql_library, yaql_syntax
from wf_es.expressions.failures import failure
from wf_es.expressions.frame import OutOfBudget
from wf_es.expressions.messages import (
    LENGTH,
    Abort,
    Aborted,
    Answer,
    Call,
    Done,
    Evaluate,
    Failed,
    FromChild,
    Ready,
    ToChild,
    packed,
)
from wf_es.expressions.results import plain
from wf_es.expressions.scope import DEFAULT_LIMITS
from wf_es.expressions.yaql_library import Caller

_RECURSION: Final = 6000
_MOST_CALLS: Final = 1000


class _Stopped(BaseException):
    """A context function failed in the engine; no library may catch this."""


def answer(request: Evaluate, caller: Caller) -> Done | Failed:
    """Evaluate one request with the libraries.

    ``caller`` calls a context function; whatever it raises that is no
    ``Exception`` passes through.
    """
    try:
        value = _yaql(request, caller) if request.language == "yaql" else _jinja(request, caller)
    except Exception as error:  # noqa: BLE001  (the libraries raise anything; failure() sorts it)
        return failure(error, request.code)
    return Done(value=value)


def _yaql(request: Evaluate, caller: Caller) -> JSON:
    data = yaql_library.context_of(request.variables)
    if request.has_root:
        data = utils.convert_input_data(request.root)
    value = yaql_library.evaluate(_parsed(request.code), data, caller, request.functions)
    if request.as_text:
        return yaql_library.as_text(value, request.limits)
    return yaql_library.as_value(value, request.limits)


def _jinja(request: Evaluate, caller: Caller) -> JSON:
    data = request.root if request.has_root else jinja_library.context_of(request.variables)
    if request.whole:
        code = jinja_syntax.inner_code(request.code)
        value = jinja_library.evaluate(code, data, caller, request.functions)
        return jinja_library.as_value(value, request.limits)
    text = jinja_library.render(request.code, data, caller, request.functions)
    return jinja_library.as_text(text, request.limits)


@lru_cache(maxsize=256)
def _parsed(code: str) -> tree.Expression:
    return yaql_syntax.parse(code)


class _Conversation:
    """One side of the pipe: requests in, replies and calls out."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests = requests
        self._replies = replies
        self._decoder: msgspec.json.Decoder[ToChild] = msgspec.json.Decoder(ToChild)
        self._idle_memory = _memory()

    def run(self) -> None:
        """Serve requests until the input ends."""
        self._send(Ready())
        while (request := self._receive()) is not None:
            if isinstance(request, Evaluate):
                self._serve(request)

    def _serve(self, request: Evaluate) -> None:
        _limit_memory(self._idle_memory + request.limits.memory_bytes)
        reply = self._evaluate(request)
        _limit_memory(resource.RLIM_INFINITY)
        self._send(reply)

    def _evaluate(self, request: Evaluate) -> Done | Failed | Aborted:
        calls = 0

        def caller(name: str, arguments: Iterable[object], keywords: Mapping[str, object]) -> JSON:
            nonlocal calls
            calls += 1
            if calls > _MOST_CALLS:
                raise OutOfBudget(f"more than {_MOST_CALLS} calls of context functions")
            return self._ask(request, name, arguments, keywords)

        signal.setitimer(signal.ITIMER_PROF, request.limits.seconds)
        try:
            reply = answer(request, caller)
        except _Stopped:
            return Aborted()
        finally:
            left, _ = signal.setitimer(signal.ITIMER_PROF, 0)
        seconds = max(0.0, request.limits.seconds - left)
        if isinstance(reply, Failed):
            return msgspec.structs.replace(reply, seconds=seconds)
        tired = _memory() > self._idle_memory + request.limits.memory_bytes // 2
        return Done(value=reply.value, seconds=seconds, tired=tired)

    def _ask(
        self,
        request: Evaluate,
        name: str,
        arguments: Iterable[object],
        keywords: Mapping[str, object],
    ) -> JSON:
        call = Call(
            name=name,
            arguments=tuple(plain(value, request.limits) for value in arguments),
            keywords={key: plain(value, request.limits) for key, value in keywords.items()},
        )
        self._send(call)
        reply = self._receive()
        if isinstance(reply, Answer):
            return reply.value
        if isinstance(reply, Abort):
            raise _Stopped
        raise SystemExit

    def _send(self, message: FromChild) -> None:
        self._replies.write(packed(message))
        self._replies.flush()

    def _receive(self) -> ToChild | None:
        header = self._requests.read(LENGTH.size)
        if len(header) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack(header)
        return self._decoder.decode(self._requests.read(length))


def _memory() -> int:
    """Return the size of the address space in bytes, 0 where it is not known."""
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return pages * resource.getpagesize()
    return 0


def _limit_memory(size: int) -> None:
    with suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


def _prepare() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipe for the conversation alone, and give up what is not needed."""
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))
    sys.setrecursionlimit(_RECURSION)
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, replies


def _warm_up() -> None:
    for language, code in (
        ("yaql", "[1].select($).sum()"),
        ("jinja", "{{ [1] | sum }}"),
    ):
        request = Evaluate(
            language=language,  # type: ignore[arg-type]
            code=code,
            whole=True,
            as_text=False,
            variables={},
            functions=(),
            limits=DEFAULT_LIMITS,
        )
        answer(request, yaql_library.no_functions)


def main() -> None:
    """Run the process."""
    requests, replies = _prepare()
    _warm_up()
    _Conversation(requests, replies).run()


if __name__ == "__main__":
    main()
