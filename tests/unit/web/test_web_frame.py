"""What every page has: headers, languages, facts of the service, and nothing that a page must not do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

import sikd
from sikd.app import PAGES
from sikd.web import Site, mount
from sikd.web.rendering import HTMX, asset
from sikd.web.security import HEADERS, MAX_FORM_BYTES
from tests.integration.asgi_line import client_of
from tests.integration.centre_in_process import PUBLIC_URL
from tests.unit.web.conftest import SignIn
from tests.unit.web.visitor import Visitor

FOLDER = Path(sikd.__path__[0])
VENDORED = FOLDER / "web" / "static" / "vendor"
OPEN_TO_ALL = ("/", "/layanan", "/masuk", "/tidak-ada")
FACTS = (
    "Tidak dipungut biaya",
    "5 hari kerja",
    "150420",
    "08111504207",
    "callcenter.djpk@kemenkeu.go.id",
    "contact-djpk.kemenkeu.go.id",
    "djpk.kemenkeu.go.id",
    "@ditjenpk",
    "Facebook",
    "@DitjenPK",
    "LAPOR!",
)
TEMPLATES = sorted(FOLDER.glob("*/templates/*.html"))
# What the Content-Security-Policy would stop, or htmx would have to evaluate.
INLINE = re.compile(r'\sstyle="|\son\w+="|<style|<script(?![^>]*\bsrc=)|hx-on|hx-vals="js:|javascript:')


@pytest.fixture
def sample_visitor(sample_site: Site) -> Iterator[Visitor]:
    """A browser at a centre that runs with sample data."""
    app = FastAPI()
    mount(app, sample_site, PAGES)
    with client_of(app, PUBLIC_URL) as client:
        yield Visitor(client)


@pytest.mark.parametrize("address", [*OPEN_TO_ALL, asset("sikd.css")])
def test_every_answer_carries_the_security_headers(stranger: Visitor, address: str) -> None:
    found = stranger.get(address).headers

    assert {name: found.get(name) for name in HEADERS} == HEADERS
    assert found["strict-transport-security"] == "max-age=31536000"


def test_a_page_can_be_asked_for_its_headers_alone(stranger: Visitor) -> None:
    assert stranger.client.head("/masuk").status_code == 200
    assert stranger.client.head("/").headers.keys() == stranger.client.get("/").headers.keys()


def test_the_policy_lets_a_page_load_nothing_that_is_not_ours() -> None:
    policy = HEADERS["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert set(re.findall(r"'[a-z-]+'|https?:|\*|data:", policy)) == {"'none'", "'self'"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_no_template_holds_a_script_or_a_style(template: Path) -> None:
    assert INLINE.findall(template.read_text()) == []


def test_htmx_may_not_evaluate_and_keeps_no_pages(stranger: Visitor) -> None:
    page = stranger.read("/")

    assert '"allowEval": false' in page
    assert '"includeIndicatorStyles": false' in page
    assert '"historyCacheSize": 0' in page


def test_pages_are_not_kept_and_files_are(stranger: Visitor) -> None:
    assert stranger.get("/masuk").headers["cache-control"] == "no-store"
    assert "immutable" in stranger.get(asset("sikd.css")).headers["cache-control"]
    assert stranger.get("/statis/sikd.css").headers["cache-control"] == "no-store"
    module = "/statis/vendor/hpke-core-1.9.0/src/native.js"
    assert "immutable" in stranger.get(module).headers["cache-control"]


def test_what_is_vendored_is_what_is_written_down() -> None:
    written = re.findall(r"\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|", (VENDORED / "VENDORED.md").read_text())
    kept = [path for path in VENDORED.rglob("*") if path.is_file() and path.name != "VENDORED.md"]

    assert {
        path.relative_to(VENDORED).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept
    } == dict(written)
    assert (FOLDER / "web" / "static" / HTMX).is_file()


@pytest.mark.parametrize("address", OPEN_TO_ALL)
def test_every_page_says_that_it_is_free_how_long_it_takes_and_whom_to_tell(
    stranger: Visitor, address: str
) -> None:
    page = stranger.get(address).text

    assert [fact for fact in FACTS if fact not in page] == []


def test_a_page_is_indonesian_unless_english_is_asked_for(stranger: Visitor) -> None:
    assert '<html lang="id">' in stranger.read("/")
    assert '<html lang="en">' in stranger.get("/", **{"Accept-Language": "en-GB,en;q=0.9,id;q=0.4"}).text
    assert '<html lang="id">' in stranger.get("/", **{"Accept-Language": "fr,de;q=0.5"}).text


def test_a_language_once_chosen_is_remembered(stranger: Visitor) -> None:
    stranger.get("/layanan?lang=en")

    assert "Free of charge" in stranger.read("/")


def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(stranger: Visitor) -> None:
    page, problem = stranger.get("/tidak-ada"), stranger.get("/v1/tidak-ada")

    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Laman tidak ditemukan." in page.text
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


def test_a_page_that_fails_carries_the_security_headers_too(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = signed_in("auditor-1")
    monkeypatch.setattr("sikd.reports.pages.board", lambda standings: standings["nobody"])

    failed = visitor.get("/papan")

    assert failed.status_code == 500
    assert "auditor-1" in failed.text
    assert {name: failed.headers.get(name) for name in HEADERS} == HEADERS
    assert failed.headers["cache-control"] == "no-store"


def test_a_number_that_nothing_has_is_no_failure(signed_in: SignIn) -> None:
    assert signed_in("auditor-1").get(f"/jejak?sebelum={10**30}").status_code == 400
    assert signed_in("auditor-1").get(f"/pemda/11.10/berlaku/{10**30}").status_code == 400


def test_a_body_that_no_form_fills_is_refused_unread(stranger: Visitor) -> None:
    assert stranger.post("/masuk", username="x" * MAX_FORM_BYTES).status_code == 413


def test_every_page_of_a_centre_with_sample_data_bears_contoh(
    sample_visitor: Visitor, stranger: Visitor
) -> None:
    for address in OPEN_TO_ALL:
        assert "<strong>CONTOH</strong>" in sample_visitor.get(address).text
        assert "CONTOH" not in stranger.get(address).text


def test_a_first_visit_weighs_less_than_100_kilobytes(signed_in: SignIn) -> None:
    visitor = signed_in("petugas-1")
    page = visitor.get("/papan")
    assets = re.findall(r'(?:href|src)="(/statis/[^"]+)"', page.text)

    weight = len(page.content) + sum(
        int(visitor.get(address, **{"Accept-Encoding": "gzip"}).headers["content-length"])
        for address in set(assets)
    )

    assert weight < 100_000
