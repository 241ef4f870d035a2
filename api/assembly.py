"""The composition root of the server: settings in, a running whole out.

The order matters and stands in one place. Going up: store, engine, views,
runner, app; the views follow the log before the runner takes up what a crash
left behind, so whatever that leads to can be read. Coming down: the reverse,
and each step also when the start failed half-way.
"""

from __future__ import annotations

import ipaddress
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from api.rest.app import AsgiApp, create_app
from api.rest.gateway import THREADS, Gateway
from api.rest.streams import Announcer
from projections import Views
from wf_es.actions import LOOPBACK, AddressPolicy, Catalogue, HttpSettings
from wf_es.config import Settings
from wf_es.engine import Engine, SystemClock
from wf_es.expressions import close_sandbox
from wf_es.runners import Alarms, Callbacks, Continuation, Courier, ThreadPoolRunner, load_key
from wf_es.store import open_store, standard_codec

_IN_MEMORY = "sqlite://"
_DIRECT_RUNS = 8
"""How many actions run at once for requests that wait for them."""


class Server:
    """Everything behind the HTTP interface of one process."""

    def __init__(self, settings: Settings, *, address: str) -> None:
        """Take the settings and the address that other systems reach us at."""
        self._settings = settings
        self._address = address
        self._announcer = Announcer()
        self._undo = ExitStack()

    def start(self) -> AsgiApp:
        """Build and start everything; return the app.

        Raises:
            WfEsError: something cannot be used; what was started is stopped.
        """
        with ExitStack() as undo:
            app = self._build(undo)
            self._undo = undo.pop_all()
        return app

    def quiesce(self) -> None:
        """End the event streams, which would never end by themselves."""
        self._announcer.close()

    def stop(self) -> None:
        """Stop everything in order; a second time does nothing."""
        self._undo.close()

    def _build(self, undo: ExitStack) -> AsgiApp:
        settings = self._settings
        codec, catalogue = standard_codec(), Catalogue.standard(http_settings(settings))
        undo.callback(close_sandbox)
        store = open_store(settings.db_url)
        engine = Engine(store, codec, SystemClock(), catalogue, settings.limits)
        undo.callback(engine.close)
        views = Views(_views_url(settings), store, codec)
        undo.callback(views.close)
        views.guard(engine.quarantine.check)
        engine.listen(views.notify)
        engine.listen(self._announcer)
        views.catch_up()
        views.start()
        continuation = Continuation(engine)
        continuation.start()
        undo.callback(continuation.stop)
        courier = Courier(engine)
        courier.start()
        undo.callback(courier.stop)
        callbacks = Callbacks(settings.callback_url or self._address, load_key(settings.key_file))
        runner = ThreadPoolRunner(
            engine,
            catalogue,
            callbacks=callbacks,
            threads=settings.runner_threads,
            handover_seconds=settings.handover_seconds,
        )
        runner.start()
        undo.callback(runner.stop, settings.stop_seconds)
        alarms = Alarms(engine)
        alarms.start()
        undo.callback(alarms.stop)
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="requests")
        undo.callback(pool.shutdown, cancel_futures=True)
        action_pool = ThreadPoolExecutor(_DIRECT_RUNS, thread_name_prefix="direct-runs")
        undo.callback(action_pool.shutdown, wait=False, cancel_futures=True)
        gateway = Gateway(
            engine=engine,
            views=views,
            catalogue=catalogue,
            announcer=self._announcer,
            pool=pool,
            action_pool=action_pool,
        )
        return create_app(gateway, callbacks, settings.limits.bodies)


def _views_url(settings: Settings) -> str:
    return _IN_MEMORY if settings.views_url.startswith("memory:") else settings.views_url


def http_settings(settings: Settings) -> HttpSettings:
    """Return what HTTP actions may do."""
    return HttpSettings(
        addresses=address_policy(settings),
        timeout=settings.http_timeout_seconds,
        reply_bytes=settings.http_reply_bytes,
    )


def address_policy(settings: Settings) -> AddressPolicy:
    """Return which addresses actions may call.

    A server that only this machine can reach may call this machine: whoever
    can give it a workflow could do so anyway. A server that others can reach
    may not, unless the settings open it.
    """
    opened = LOOPBACK if is_loopback(settings.host) else ()
    return AddressPolicy(opened=(*opened, *settings.http_allow), closed=settings.http_deny)


def is_loopback(host: str) -> bool:
    """Return whether a server on this host is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
