"""The HTTP side: a threading server of the standard library, quick because it buffers writes and turns Nagle off."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from deploy.local.stripe_server import checkout, control
from deploy.local.stripe_server.api import Api, Reply, Request
from deploy.local.stripe_server.bodies import API_VERSION
from deploy.local.stripe_server.problems import Problem
from deploy.local.stripe_server.store import Store
from deploy.local.stripe_server.webhooks import Courier, check_address

NOTICE: Final = "Development Stripe server: no money moves / 演示支付,不发生真实扣款"
Connection = socket.socket | tuple[bytes, socket.socket]
_LARGEST_BODY: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the server is set up; ``port`` 0 takes a free one, an empty ``webhook_url`` lets events wait."""

    state: Path
    api_key: str
    webhook_secret: str
    webhook_url: str = ""
    port: int = 0
    public_url: str = ""


class StripeServer:
    """The whole server inside this process: start, stop, url."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        """Open the state and take the port; raise StateInUse, OSError, or ValueError for a live key or no address."""
        if not settings.api_key.startswith("sk_test_"):
            raise ValueError("The development Stripe server takes keys that begin with sk_test_ alone: no money moves.")
        check_address(settings.webhook_url)
        self.settings, self._clock = settings, clock
        self._http = _Http(("127.0.0.1", settings.port), self)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        base_url = settings.public_url.rstrip("/") or self.url
        try:
            self._store = Store(settings.state)
        except BaseException:
            self._http.server_close()
            raise
        self._api = Api(self._store, settings.api_key, base_url)
        self.courier = Courier(
            self._store, url=settings.webhook_url, secret=settings.webhook_secret, base_url=base_url, clock=clock
        )
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), name="stripe-http", daemon=True)

    def start(self) -> None:
        """Serve and deliver from now on."""
        self._thread.start()
        self.courier.start()

    def stop(self) -> None:
        """Stop serving and delivering and close the state."""
        self._http.shutdown()
        self._thread.join()
        self._http.hang_up()
        self._http.server_close()
        self.courier.stop()
        self._store.close()

    def answer(self, request: Request) -> Reply:
        """Answer one request, whichever side of the server it is for."""
        now = self._clock()
        if request.target.partition("?")[0] == "/health":
            return self._health()
        if request.target.startswith(checkout.PAY_PATH):
            reply = checkout.answer(self._store, self._api.base_url, request, now)
        elif request.target.startswith(control.CONTROL_PATH):
            reply = control.answer(self._store, self.courier, self.settings.api_key, request, now)
        else:
            reply = self._api.answer(request, now)
        if request.method == "POST":
            self.courier.nudge()
        return reply

    def _health(self) -> Reply:
        body = {"status": "ok", "object": "development_stripe_server", "notice": NOTICE, "livemode": False}
        return Reply(200, json.dumps(body | {"api_version": API_VERSION}, ensure_ascii=False))


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], owner: StripeServer) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Connection, client_address: object) -> None:
        """Remember the connection until it closes."""
        if isinstance(request, socket.socket):
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Connection) -> None:
        """Close a connection that ended."""
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Connection, client_address: object) -> None:
        """Say what failed, but not that a client went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "GongshuDevelopmentStripe"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 60
    server: _Http

    def do_GET(self) -> None:
        """Answer a GET request."""
        self._serve()

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET  # noqa: N815 the standard library's names

    def log_message(self, format: str, *args: object) -> None:
        """Write no access log: card numbers and keys stay out of files."""

    def _serve(self) -> None:
        try:
            request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self._body())
        except Problem as problem:
            self.close_connection = True
            self._send(Reply(problem.status, json.dumps(problem.body())))
            return
        try:
            reply = self.server.owner.answer(request)
        except Exception:
            self._send(Reply(500, json.dumps(Problem("The server failed.", kind="api_error").body())))
            raise
        self._send(reply)

    def _body(self) -> str:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            raise Problem("Send a Content-Length and no Transfer-Encoding.", status=411)
        if int(length) > _LARGEST_BODY:
            raise Problem("The request is too large.", status=413)
        try:
            return self.rfile.read(int(length)).decode()
        except UnicodeDecodeError as error:
            raise Problem("Invalid request: the body is not UTF-8.") from error

    def _send(self, reply: Reply) -> None:
        content = reply.body.encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), "X-Livemode": "false"}
        self.send_response(reply.status)
        for name, value in (headers | dict(reply.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
