"""The settings: one frozen object, read once, at the top.

This is the only place that looks at the environment. Every setting has the
name of its variable without the prefix: ``WF_ES_PORT`` sets ``port``. What is
given by keyword wins over the environment, and that over the defaults here.
Settings hold plain values only; what they mean is up to who builds the parts.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from wf_es.errors import InvalidRequest
from wf_es.limits import (
    DEFAULT_LIMITS,
    BodyLimits,
    DefinitionLimits,
    ExpressionLimits,
    Limits,
    Stated,
)

_SQLITE = "sqlite:///"
_Count = Annotated[int, Field(ge=1)]
_Seconds = Annotated[float, Field(gt=0)]
_Nesting = Annotated[int, Field(ge=1, le=200)]
"""Python itself gives up on data that is nested a few hundred levels deep."""

_LIMITS = DEFAULT_LIMITS


class Settings(BaseSettings):
    """Everything that can be set from outside; bytes, seconds and counts as named."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="WF_ES_", frozen=True, extra="forbid", case_sensitive=False
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8989, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    db_url: str = Field("sqlite:///wf_es.sqlite", description="Where the log is kept.")
    views_url: str = Field(
        "", description="Where the views are kept; by default beside the log, as <name>-views<suffix>."
    )
    callback_url: str | None = Field(
        None, description="Where other systems reach this server; by default its own address."
    )
    key_file: Path = Field(
        Path(), description="File with the key of callback URLs; by default beside the log, as <name>.key."
    )
    runner_threads: _Count = Field(16, description="Actions that run at the same time.")
    stop_seconds: _Seconds = Field(2.0, description="How long running actions may take to end at a stop.")
    handover_seconds: _Seconds = Field(
        30.0,
        description="How long after a crash the callback of an action may still come "
        "whose hand-over was cut off, before the action ends in ERROR.",
    )
    http_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Private networks (CIDR, separated by commas) that HTTP actions may call nevertheless.",
    )
    http_deny: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Networks (CIDR, separated by commas) that HTTP actions may never call."
    )
    http_timeout_seconds: _Seconds = Field(60.0, description="Default limit of a whole outgoing request.")
    http_reply_bytes: _Count = Field(5 * 1024 * 1024, description="Largest reply to an outgoing request.")

    limit_context_bytes: _Count = Field(
        _LIMITS.context_bytes,
        description="Largest field that an execution keeps, as JSON: its input, params, output, "
        "what one task or branch has published, the input of one action.",
    )
    limit_depth: _Count = Field(
        _LIMITS.depth,
        description="Most executions above one another as sub-workflows, the outermost included.",
    )
    limit_items: _Count = Field(_LIMITS.items, description="Most items of one with-items.")
    limit_result_nesting: _Nesting = Field(
        _LIMITS.result_nesting, description="Deepest nesting of the result of an action."
    )
    limit_expression_steps: _Count = Field(
        _LIMITS.expressions.steps, description="Most steps of one evaluation (items times operators)."
    )
    limit_expression_seconds: _Seconds = Field(
        _LIMITS.expressions.seconds, description="Most time of one evaluation that is not compiled."
    )
    limit_expression_memory_bytes: _Count = Field(
        _LIMITS.expressions.memory_bytes, description="Most memory of one evaluation that is not compiled."
    )
    limit_expression_source_bytes: _Count = Field(
        _LIMITS.expressions.source_bytes, description="Longest source of one expression, as UTF-8."
    )
    limit_expression_result_bytes: _Count = Field(
        _LIMITS.expressions.result_bytes, description="Largest result of one expression as JSON."
    )
    limit_expression_result_depth: _Nesting = Field(
        _LIMITS.expressions.result_depth, description="Deepest nesting of the result of one expression."
    )
    limit_definition_text_bytes: _Count = Field(
        _LIMITS.definitions.text_bytes, description="Largest text of definitions."
    )
    limit_definition_nesting: _Nesting = Field(
        _LIMITS.definitions.nesting, description="Deepest nesting of a text of definitions."
    )
    limit_definition_values: _Count = Field(
        _LIMITS.definitions.values, description="Most keys and values of a text of definitions."
    )
    limit_definition_expressions: _Count = Field(
        _LIMITS.definitions.expressions, description="Most expressions of a text of definitions."
    )
    limit_definition_tasks: _Count = Field(
        _LIMITS.definitions.tasks, description="Most tasks of one workflow."
    )
    limit_body_bytes: _Count = Field(_LIMITS.bodies.bytes, description="Largest body of a request.")
    limit_body_import_bytes: _Count = Field(
        _LIMITS.bodies.import_bytes, description="Largest file of exported executions."
    )
    limit_body_seconds: _Seconds = Field(
        _LIMITS.bodies.seconds, description="Longest time that the body of a request may take to arrive."
    )
    limit_body_nesting: _Nesting = Field(
        _LIMITS.bodies.nesting,
        description="Deepest nesting of the body of a request, and of JSON text in it.",
    )

    def __init__(self, **given: Any) -> None:
        """Read the settings; keywords win over the environment.

        Raises:
            InvalidRequest: a value is not allowed; the message names each.
        """
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise InvalidRequest(_sentence(error)) from error

    @property
    def limits(self) -> Limits:
        """All limits, as the engine takes them."""
        return Limits(
            **self._group(Limits, skip=("expressions", "definitions", "bodies")),
            expressions=ExpressionLimits(**self._group(ExpressionLimits)),
            definitions=DefinitionLimits(**self._group(DefinitionLimits)),
            bodies=BodyLimits(**self._group(BodyLimits)),
        )

    def _group(self, group: type[Stated], skip: Collection[str] = ()) -> dict[str, Any]:
        names = (name for name in group.__struct_fields__ if name not in skip)
        return {name: getattr(self, group.prefix + name) for name in names}

    @property
    def shown_db_url(self) -> str:
        """The database's URL without a password, to be shown and logged."""
        parts = urlsplit(self.db_url)
        if parts.password is None:
            return self.db_url
        place = f"{parts.username or ''}:***@{parts.netloc.rpartition('@')[2]}"
        return self.db_url.replace(parts.netloc, place, 1)

    @field_validator("http_allow", "http_deny", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        if isinstance(given, str):
            return tuple(part.strip() for part in given.split(",") if part.strip())
        return given

    @field_validator("http_allow", "http_deny")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network)
        return networks

    @field_validator("callback_url")
    @classmethod
    def _is_absolute(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{url!r} must begin with http:// or https://")
        return url

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Put views and key beside the log, unless they are given."""
        db_url = str(given.get("db_url", cls.model_fields["db_url"].default))
        views_url, key_file = "sqlite://", Path("wf_es.key")
        if db_url.startswith(_SQLITE):
            log = Path(db_url[len(_SQLITE) :])
            views_url = _SQLITE + str(log.with_name(f"{log.stem}-views{log.suffix}"))
            key_file = log.with_name(f"{log.name}.key")
        return {"views_url": views_url, "key_file": key_file} | given


def _sentence(error: ValidationError) -> str:
    """Say of each wrong value which setting it is and what is wrong with it."""
    problems = [
        f"WF_ES_{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return f"The settings cannot be used: {'; '.join(problems)}"
