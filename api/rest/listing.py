"""How a collection is listed and one of it is shown, the same for all.

A :class:`Collection` says what differs: its name, its fields, which of them
are ids, and what it takes beside filters. The page itself comes from a view
(or from the catalogue of actions); here it gets its shape and the link to the
next page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from falcon.asgi import Request, Response

from api.rest import representations
from api.rest.gateway import PROJECT, Gateway
from api.rest.pasts import AT, Past, say_when
from api.rest.queries import PAGING, list_query, next_link, parameters, truth
from api.rest.screening import screened_rows
from projections.queries import Page, Query
from wf_es.envelope import JSON

Represent = Callable[[representations.Row, tuple[str, ...]], dict[str, JSON]]


@dataclass(frozen=True, kw_only=True)
class Collection:
    """What is particular about a collection.

    ``hidden`` fields are not shown in lists unless they are asked for, except
    ``output``, which ``include_output`` brings too. ``execution_key`` names the
    field with the id of the execution whose secrets a row may hold.
    """

    name: str
    fields: tuple[str, ...]
    represent: Represent
    page: Callable[[Gateway, Query], Page]
    ids: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()
    hidden: frozenset[str] = representations.ONLY_SINGLE
    execution_key: str | None = None

    @property
    def parameters(self) -> frozenset[str]:
        """The query parameters that a list takes."""
        return PAGING | frozenset(self.fields) | self.extra

    def shown(self, given: Mapping[str, str], asked: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields that a list shows."""
        if asked:
            return representations.chosen(asked, self.fields)
        revealed = frozenset({"output"}) if truth(given, "include_output") else frozenset[str]()
        return tuple(name for name in self.fields if name not in self.hidden - revealed)


async def answer_list(
    gateway: Gateway,
    req: Request,
    resp: Response,
    collection: Collection,
    within: Mapping[str, str] | None = None,
    past: Past | None = None,
) -> None:
    """Answer with a page of a collection.

    ``within`` are filters that the path implies, such as the task whose
    action executions are listed; with ``past`` it is a page of that moment.
    """
    given = parameters(req, collection.parameters | ({AT} if past else set()))
    query = list_query({**given, **(within or {})}, collection.fields, collection.ids, PROJECT)
    query_fields = tuple(query.fields)
    fields = collection.shown(given, query_fields)
    limit = min(query.limit or gateway.page_items, gateway.page_items)
    key = collection.execution_key
    query = replace(query, fields=(*fields, key) if key else fields, limit=limit)
    page = await gateway.blocking(_page, gateway, collection, query, past)
    views = past or gateway.views
    rows = await gateway.blocking(screened_rows, views, page.rows, key) if key else page.rows
    entries = [collection.represent(row, fields) for row in rows]
    if key and not query_fields:
        _mark(entries, rows, key, await gateway.blocking(gateway.damaged))
    document: dict[str, JSON] = {collection.name: [*entries]}
    link = next_link(f"{req.prefix}{req.path}", given, page)
    if link is not None:
        document["next"] = link
    resp.media = document
    if past is not None:
        say_when(resp, past.moment)


def _mark(
    entries: list[dict[str, JSON]], rows: Sequence[representations.Row], key: str, damaged: Mapping[str, str]
) -> None:
    """Say of each entry whose execution is in quarantine what was found: it shows what was known before."""
    for entry, row in zip(entries, rows, strict=True) if damaged else ():
        error = damaged.get(str(row.get(key)))
        if error is not None:
            entry["quarantine"] = error


def _page(gateway: Gateway, collection: Collection, query: Query, past: Past | None) -> Page:
    return collection.page(gateway, query) if past is None else past.listed(collection.name).list(query)


async def answer_one(
    gateway: Gateway,
    resp: Response,
    collection: Collection,
    row: representations.Row,
    given: Mapping[str, str],
    past: Past | None = None,
) -> None:
    """Answer with one of a collection that belongs to an execution, its secrets masked."""
    key = collection.execution_key
    views = past or gateway.views
    rows = await gateway.blocking(screened_rows, views, [dict(row)], key) if key else [row]
    resp.media = one_of(collection, rows[0], given)
    if past is not None:
        say_when(resp, past.moment)


def one_of(collection: Collection, row: representations.Row, given: Mapping[str, str]) -> dict[str, JSON]:
    """Represent one of a collection, with the fields that were asked for."""
    asked = tuple(name.strip() for name in given.get("fields", "").split(",") if name.strip())
    fields = representations.chosen(asked, collection.fields) if asked else collection.fields
    return collection.represent(row, fields)
