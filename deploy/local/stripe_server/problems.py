"""What the development Stripe server refuses, in the words and the JSON shape that Stripe uses."""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """A refusal: an HTTP status and the members of Stripe's error object."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        """Keep the members; ``kind`` is Stripe's error type and ``param`` is written as in the form, ``a[0][b]``."""
        super().__init__(message)
        self.message, self.status, self.kind, self.code, self.param = message, status, kind, code, param

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the refusal."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.code:
            error["code"] = self.code
        if self.param:
            error["param"] = self.param
        return {"error": error}


def unknown_parameter(param: str) -> Problem:
    """Return the refusal of a parameter that the SDK's types do not have."""
    return Problem(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def missing_parameter(param: str) -> Problem:
    """Return the refusal of a request without a required parameter."""
    return Problem(f"Missing required param: {param}.", code="parameter_missing", param=param)


def invalid(param: str, expected: str, value: object) -> Problem:
    """Return the refusal of a value of the wrong type; ``expected`` is Stripe's word for the right one."""
    return Problem(f"Invalid {expected}: {value}", code=f"parameter_invalid_{expected}", param=param)


def not_played(param: str) -> Problem:
    """Return the refusal of a parameter that Stripe knows and this server does not act out: never silently ignored."""
    return Problem(
        f"The development Stripe server knows the parameter {param} but does not play it. No money moves here.",
        code="parameter_not_played",
        param=param,
    )


def missing_object(name: str, identity: str, param: str = "id") -> Problem:
    """Return the refusal of an id that names nothing; ``name`` is the object's name, such as ``checkout.session``."""
    return Problem(f"No such {name}: '{identity}'", status=404, code="resource_missing", param=param)
