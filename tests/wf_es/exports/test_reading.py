"""What was written is read again; what was changed, cut off or made up is refused with its line."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

import pytest

import wf_es
from projections.exporting import without_secrets
from wf_es.errors import InvalidRequest
from wf_es.exports import gather, read_export, write_export
from wf_es.exports.document import FORMAT
from wf_es.store import standard_codec

CODEC = standard_codec()


@pytest.fixture
def text(workflows: wf_es.Workflows, execution: str) -> bytes:
    """An export as text."""
    return write_export(gather(workflows.engine, execution, "now"))


def _dumped(line: Any) -> str:
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False)


def ended(lines: list[Any]) -> bytes:
    """Return lines with a fitting last one."""
    whole = "".join(_dumped(line) + "\n" for line in lines).encode()
    end = {"line": "end", "lines": len(lines), "digest": hashlib.sha256(whole).hexdigest()}
    return whole + _dumped(end).encode() + b"\n"


@pytest.mark.parametrize("mask", [None, without_secrets])
def test_it_comes_back_as_it_was(workflows: wf_es.Workflows, execution: str, mask: Any) -> None:
    """With secrets or without."""
    document = gather(workflows.engine, execution, "now", mask)
    text = write_export(document)
    again = read_export(text, CODEC)
    assert again.header == document.header
    assert again.definitions == document.definitions
    assert write_export(again) == text


def test_it_is_lines_of_json(text: bytes) -> None:
    """Which anybody can read: a header, definitions, events with states, an end."""
    kinds = [json.loads(line)["line"] for line in text.splitlines()]
    assert kinds[:5] == ["header", "definition", "definition", "definition", "event"]
    assert (kinds[-2:], set(kinds[4:-1])) == (["state", "end"], {"event", "state"})


@pytest.mark.parametrize("seed", range(40))
def test_any_flipped_bit_is_found(text: bytes, seed: int) -> None:
    """Wherever it is."""
    chance = random.Random(seed)
    damaged = bytearray(text)
    place = chance.randrange(len(text) - 1)
    damaged[place] ^= 1 << chance.randrange(8)
    with pytest.raises(InvalidRequest):
        read_export(bytes(damaged), CODEC)


@pytest.mark.parametrize("kept", [0, 1, 2, 3, 5, -1])
def test_a_file_that_is_cut_off_is_refused(text: bytes, kept: int) -> None:
    """It says so."""
    lines = text.splitlines(keepends=True)
    with pytest.raises(InvalidRequest, match="cut off|no export"):
        read_export(b"".join(lines[:kept]), CODEC)


def _without(index: int) -> Any:
    return lambda lines: lines[:index] + lines[index + 1 :]


def _with(index: int, **changes: Any) -> Any:
    return lambda lines: [*lines[:index], {**lines[index], **changes}, *lines[index + 1 :]]


FORGERIES = {
    "no header": (_without(0), "no header"),
    "a newer form": (_with(0, wf_es_export=FORMAT + 1), "reads form"),
    "an unknown field": (_with(0, more=1), "Line 1 .* cannot be read"),
    "another definition": (_with(1, text="x"), "Line 2 .* not the one that was pinned"),
    "an event is missing": (_without(4), "not the next one"),
    "another event": (_with(4, event={"prev": "0" * 64}), "digest does not fit"),
    "another chain": (_with(4, event={"prev": "0" * 64}, masked=True), "digest of the one before"),
    "no chain": (_with(4, event={}, masked=True), "digest of the one before"),
    "another execution": (_with(0, execution="nobody"), "other executions"),
    "a header twice": (lambda lines: [lines[0], *lines], "does not belong there"),
}


@pytest.mark.parametrize(("change", "words"), FORGERIES.values(), ids=FORGERIES)
def test_what_does_not_fit_together_is_refused(text: bytes, change: Any, words: str) -> None:
    """Also if somebody has made the digest of the lines anew."""
    lines = [json.loads(line) for line in text.splitlines()[:-1]]
    assert read_export(ended(lines), CODEC).histories
    with pytest.raises(InvalidRequest, match=words):
        read_export(ended(change(lines)), CODEC)
