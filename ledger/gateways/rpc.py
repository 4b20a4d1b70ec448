"""JSON-RPC to a node, over connections that stay open and go through no proxy: a node is a neighbour."""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from select import POLLIN, poll
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from weakref import finalize

from web3.providers import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

MOST_IDLE: Final = 8


class NoAnswer(Exception):
    """Nothing came back, or something that no JSON-RPC node says; the text says what, and never the address."""


class Connection(JSONBaseProvider):
    """A web3 provider that asks once: whoever calls knows whether to ask again. Threads may share it."""

    def __init__(self, url: str, *, seconds: int) -> None:
        """Reach ``url``, which may carry user and password, and wait ``seconds`` for an answer."""
        super().__init__()
        where = urlsplit(url)
        self._host, self._port, self._seconds = where.hostname or "", where.port, seconds
        self._kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
        self._path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        self._headers = {"Content-Type": "application/json"}
        if where.username is not None:
            known = f"{unquote(where.username)}:{unquote(where.password or '')}"
            self._headers["Authorization"] = f"Basic {b64encode(known.encode()).decode()}"
        self._idle: deque[HTTPConnection] = deque()
        finalize(self, _close, self._idle)

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Return the answer to one question; raise NoAnswer, or ValueError for what is no JSON."""
        return self.decode_rpc_response(self._posted(self.encode_rpc_request(method, params)))

    def send_raw(self, raw: bytes) -> RPCResponse:
        """Return the answer to a signed transaction, whose bytes no JSON encoder has to read; raises as above."""
        asked = b'{"jsonrpc": "2.0", "id": 0, "method": "eth_sendRawTransaction", "params": ["0x%s"]}'
        return self.decode_rpc_response(self._posted(asked % raw.hex().encode()))

    def make_batch_request(self, batch_requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | RPCResponse:
        """Return the answers to several questions in their order, or the one refusal of them all; raises as above."""
        answers: Any = self.decode_rpc_response(self._posted(self.encode_batch_rpc_request(batch_requests)))
        return sorted(answers, key=lambda answer: int(str(answer["id"]))) if isinstance(answers, list) else answers

    def _posted(self, body: bytes) -> bytes:
        connection = self._connected()
        try:
            connection.request("POST", self._path, body, self._headers)
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            raise NoAnswer(type(error).__name__) from error
        if answer.status != 200:
            connection.close()
            raise NoAnswer(f"HTTP {answer.status}")
        if len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return data

    def _connected(self) -> HTTPConnection:
        """A connection that nobody uses and the node has not closed, or a new one."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread took it
                break
            if connection.sock is not None and not _readable(connection.sock.fileno()):
                return connection
            connection.close()
        return self._kind(self._host, self._port, timeout=self._seconds)


def _close(connections: deque[HTTPConnection]) -> None:
    for connection in connections:
        connection.close()


def _readable(descriptor: int) -> bool:
    """Say whether something, or its end, waits on a connection that nobody asked anything."""
    waiting = poll()
    waiting.register(descriptor, POLLIN)
    return bool(waiting.poll(0))
