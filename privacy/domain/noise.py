"""Discrete Gaussian noise by OpenDP's exact sampler (Canonne, Kamath and Steinke 2020), on integers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import opendp.prelude as dp

from privacy.budget import MICRO, deviation

dp.enable_features("contrib")


@dataclass(frozen=True)
class Noisy:
    """Figures with noise, and the standard deviation it was drawn with."""

    figures: list[int]
    sigma: float


def gaussian(figures: Sequence[int], *, sensitivity: int, rho: int) -> Noisy:
    """Return ``figures`` with noise that spends at most ``rho`` micro-rho at L2 ``sensitivity``.

    Raises ValueError when OpenDP's own accounting finds a greater cost than was paid.
    """
    sigma = deviation(rho, sensitivity)
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T=float)
    measurement = dp.m.make_gaussian(*space, scale=sigma)
    cost: float = measurement.map(float(sensitivity))  # type: ignore[no-untyped-call]  # opendp is partly typed
    if cost * MICRO > rho:
        raise ValueError("the noise costs more privacy budget than was reserved")
    return Noisy([int(figure) for figure in measurement(list(figures))], sigma)
