"""What DJPK's own programs read is what the Pemda authorised, and nobody else reads it."""

from __future__ import annotations

import httpx
import pytest

from contract.budget.rupiah import Rupiah
from sikd.accounts import Role
from sikd.authorisation import authorise
from sikd.verification import verify
from tests.fakes.node import Prepared
from tests.integration.centre_in_process import JEPARA, PASSWORD, CentreInProcess
from tests.integration.raw_requests import refusal
from tests.sample_pemda import Budget
from tests.unit.web.visitor import Visitor


def ask(
    centre: CentreInProcess, path: str, username: str = "auditor-1", password: str = PASSWORD
) -> httpx.Response:
    return centre.client.get(path, auth=(username, password))


@pytest.fixture
def authorised(centre: CentreInProcess, budget: Budget) -> Prepared:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    node.deliver(prepared)
    people = [centre.person(f"{role}-1", role, JEPARA) for role in (Role.VERIFIKATOR, Role.OTORISATOR)]
    centre.person("auditor-1", Role.AUDITOR)
    with centre.database.begin() as connection:
        for act, person in zip((verify, authorise), people, strict=True):
            act(connection, JEPARA, prepared.manifest.content_id, person, "", centre.clock())
    return prepared


def test_a_name_that_no_database_can_hold_is_nobody(centre: CentreInProcess) -> None:
    visitor = Visitor(centre.client)
    centre.person("auditor-1", Role.AUDITOR)

    assert ask(centre, "/v1/apbd/2026", "audi\0tor").status_code in {403, 404}
    assert ask(centre, "/v1/apbd/2026/11.10%00/lines").status_code == 404
    assert visitor.sign_in("audi\0tor", PASSWORD).status_code in {403, 404}
    visitor.sign_in("auditor-1", PASSWORD)
    assert [visitor.get(each).status_code for each in ("/node/%00", "/pemda/11.10/apbd/%00")] == [404, 404]


def test_the_list_of_a_year_names_what_is_in_force(
    centre: CentreInProcess, authorised: Prepared, budget: Budget
) -> None:
    (listed,) = ask(centre, "/v1/apbd/2026").json()["apbd"]

    assert listed["content_id"] == authorised.manifest.content_id
    assert listed["belanja"] == budget.totals.belanja.to_wire()
    assert (listed["verified_by"], listed["authorised_by"]) == ("verifikator-1", "otorisator-1")


def test_the_lines_are_those_that_the_pemda_sent(
    centre: CentreInProcess, authorised: Prepared, budget: Budget
) -> None:
    response = ask(centre, f"/v1/apbd/2026/{JEPARA}/lines")

    header, *rows = response.text.splitlines()
    fields = [row.split("\t") for row in rows]
    assert header.split("\t")[-1] == "nilai_anggaran"
    assert len(fields) == sum(entry.lines for entry in authorised.manifest.segments[1:])
    belanja = sum(
        Rupiah.from_wire(nilai).sen for *_, kode_rekening, _, nilai in fields if kode_rekening[0] == "5"
    )
    assert belanja == budget.totals.belanja.sen
    assert response.headers["etag"] == f'"{authorised.manifest.content_id}"'


def test_what_is_not_in_force_is_not_there(centre: CentreInProcess, authorised: Prepared) -> None:
    assert ask(centre, "/v1/apbd/2025").json()["apbd"] == []
    assert refusal(ask(centre, f"/v1/apbd/2025/{JEPARA}/lines")) == (404, "nothing-there")


@pytest.mark.parametrize(
    ("username", "password"), [("auditor-1", "salah"), ("nobody", PASSWORD), ("verifikator-1", PASSWORD)]
)
def test_others_read_nothing(
    centre: CentreInProcess, authorised: Prepared, username: str, password: str
) -> None:
    refused = ask(centre, "/v1/apbd/2026", username, password)

    assert refusal(refused) == (403, "not-allowed")


@pytest.mark.parametrize("header", ["", "Basic", "Basic %%%", "Bearer x", "Basic gIA="])
def test_nonsense_for_credentials_reads_nothing(centre: CentreInProcess, header: str) -> None:
    refused = centre.client.get("/v1/apbd/2026", headers={"authorization": header})

    assert refusal(refused) == (403, "not-allowed")


def test_guessing_is_slowed_down(centre: CentreInProcess, authorised: Prepared) -> None:
    answers = [ask(centre, "/v1/apbd/2026", password=f"salah-{number}") for number in range(9)]

    assert refusal(answers[-1]) == (429, "too-many-attempts")


@pytest.mark.parametrize("tahun", ["twentysix", "-1", "9" * 30])
def test_what_is_no_year_is_not_found(centre: CentreInProcess, tahun: str) -> None:
    assert refusal(ask(centre, f"/v1/apbd/{tahun}")) == (404, "not-found")
