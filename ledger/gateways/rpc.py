"""JSON-RPC to a node, over a connection that stays open and goes through no proxy: a node is a neighbour."""

from __future__ import annotations

from typing import Any

from urllib3 import PoolManager, make_headers
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url
from web3.providers import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse


class Connection(JSONBaseProvider):
    """A web3 provider that asks once: whoever calls knows whether to ask again."""

    def __init__(self, url: str, *, seconds: int) -> None:
        """Reach ``url``, which may carry user and password, and wait ``seconds`` for an answer."""
        super().__init__()
        where = parse_url(url)
        self._url = where._replace(auth=None).url
        self._headers = {"Content-Type": "application/json"} | make_headers(basic_auth=where.auth)
        self._pool = PoolManager(retries=False, timeout=seconds)

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Return the answer to one question; raise urllib3's HTTPError, or ValueError for what is no answer."""
        return self.decode_rpc_response(self._posted(self.encode_rpc_request(method, params)))

    def make_batch_request(self, batch_requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | RPCResponse:
        """Return the answers to several questions in their order, or the one refusal of them all; raises as above."""
        answers: Any = self.decode_rpc_response(self._posted(self.encode_batch_rpc_request(batch_requests)))
        return sorted(answers, key=lambda answer: int(str(answer["id"]))) if isinstance(answers, list) else answers

    def _posted(self, body: bytes) -> bytes:
        answer = self._pool.request("POST", self._url, body=body, headers=self._headers)
        if answer.status != 200:
            raise HTTPError(f"HTTP {answer.status}")
        return answer.data
