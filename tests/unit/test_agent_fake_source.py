"""The fake finance database reads as any connector must, so that what is built on it holds for real ones."""

from __future__ import annotations

import pytest

from contract.budget.segment import encode_sums
from contract.budget.totals import total
from tests.fakes.connector_conformance import ConnectorConformance, Expected
from tests.fakes.source import FakeSource, small_budget


class TestFakeSource(ConnectorConformance):
    """Every claim of the conformance suite, about the fake."""

    @pytest.fixture
    def connector(self) -> FakeSource:
        return FakeSource.of(100, 200, 300)

    @pytest.fixture
    def expected(self) -> Expected:
        encoded = {kode: encode_sums(sums) for kode, sums in small_budget((100, 200, 300)).items()}
        totals = total(one.totals for one in encoded.values())
        return Expected(2026, totals, {kode: one.plain for kode, one in encoded.items()})
