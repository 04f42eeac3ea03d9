"""What every connector must do; a subclass brings `connector`, and what it is `expected` to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from connectors.interface import Connector, NoBudget, StepResult
from connectors.probe import STEPS
from contract.budget.codes import has_shape
from contract.budget.line import KEY_FIELDS
from contract.budget.names import is_clean
from contract.budget.segment import encode_lines, encode_sums, judge_lines
from contract.budget.totals import Totals, total
from tests.sample_pemda import Budget


@dataclass(frozen=True)
class Expected:
    """The budget behind a connector."""

    tahun: int
    totals: Totals
    segments: Mapping[str, bytes]
    """The canonical bytes of each SKPD."""

    @classmethod
    def of(cls, budget: Budget) -> Expected:
        """What a perfect connector reads of a sample budget."""
        segments = {skpd.kode: encode_lines(budget.lines_of(skpd)).plain for skpd in budget.skpd}
        return cls(budget.tahun, budget.totals, segments)


class ConnectorConformance:
    """The tests that the fake and every real connector share."""

    def test_it_reads_the_lines_of_the_budget_to_the_byte(
        self, connector: Connector, expected: Expected
    ) -> None:
        with connector.reading(expected.tahun) as reading:
            segments = {kode: encode_sums(sums).plain for kode, sums in reading.skpd()}

        assert segments == expected.segments

    def test_skpd_come_once_each_in_code_order(self, connector: Connector, expected: Expected) -> None:
        with connector.reading(expected.tahun) as reading:
            codes = [kode for kode, _ in reading.skpd()]

        assert codes == sorted(set(codes))

    def test_every_segment_is_one_that_the_contract_accepts(
        self, connector: Connector, expected: Expected
    ) -> None:
        with connector.reading(expected.tahun) as reading:
            for kode, sums in reading.skpd():
                judge_lines(encode_sums(sums).plain, kode)

    def test_control_totals_are_the_sum_of_the_lines(self, connector: Connector, expected: Expected) -> None:
        with connector.reading(expected.tahun) as reading:
            stated = reading.totals
            summed = total(encode_sums(sums).totals for _, sums in reading.skpd())

        assert stated == summed == expected.totals

    def test_every_code_of_the_lines_has_one_clean_name(
        self, connector: Connector, expected: Expected
    ) -> None:
        with connector.reading(expected.tahun) as reading:
            names = list(reading.names())
            used = {
                (kind.removeprefix("kode_"), code)
                for _, sums in reading.skpd()
                for key in sums
                for kind, code in zip(KEY_FIELDS, key.split("\t"), strict=True)
                if code
            }

        assert {(str(name.kind), name.kode) for name in names} == used
        assert len(names) == len(used)
        assert all(is_clean(name.nama) and has_shape(f"kode_{name.kind}", name.kode) for name in names)

    def test_two_readings_are_alike(self, connector: Connector, expected: Expected) -> None:
        with connector.reading(expected.tahun) as reading:
            first = (reading.facts, reading.totals, list(reading.names()), dict(reading.skpd()))
        with connector.reading(expected.tahun) as reading:
            second = (reading.facts, reading.totals, list(reading.names()), dict(reading.skpd()))

        assert first == second

    def test_a_reading_ends_while_somebody_still_holds_its_rows(
        self, connector: Connector, expected: Expected
    ) -> None:
        with connector.reading(expected.tahun) as reading:
            half_read = reading.skpd()
            next(half_read)

        with connector.reading(expected.tahun) as reading:
            assert reading.totals == expected.totals

    def test_a_year_without_a_budget_is_refused_with_a_remedy(
        self, connector: Connector, expected: Expected
    ) -> None:
        with pytest.raises(NoBudget) as refused, connector.reading(expected.tahun + 7):
            pass

        assert str(expected.tahun + 7) in str(refused.value.problem)
        assert str(refused.value.remedy)

    def test_a_probe_names_every_step_in_order(self, connector: Connector, expected: Expected) -> None:
        steps = connector.probe(expected.tahun)

        assert tuple(step.name for step in steps) == STEPS
        assert StepResult.FAILED not in {step.result for step in steps}

    def test_after_a_failed_step_nothing_more_is_tried(
        self, connector: Connector, expected: Expected
    ) -> None:
        steps = connector.probe(expected.tahun + 7)

        results = [step.result for step in steps]
        failed = results.index(StepResult.FAILED)
        assert set(results[failed + 1 :]) <= {StepResult.SKIPPED}
        assert steps[failed].remedy is not None
        assert steps[failed].code.startswith("SIKD-E3")
