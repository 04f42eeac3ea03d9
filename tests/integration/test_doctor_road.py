"""`sinergi doctor` on the way to the centre: real sockets, real TLS, and each piece broken on its own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import trustme

from connectors.interface import StepResult
from tests.fakes.centre import FakeCentre
from tests.fakes.centre_server import served
from tests.fakes.examined import ExaminedNode, real_now
from tests.fakes.proxy import proxy
from tests.servers.process import free_port


class OtherProgram(FakeCentre):
    """Something else that listens on a port."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Know nothing of what was asked for."""
        return httpx.Response(404, content=b"<html>Not Found</html>")


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OK, WARNING, FAILED, SKIPPED = StepResult.OK, StepResult.WARNING, StepResult.FAILED, StepResult.SKIPPED
ROAD = ("dns", "tcp", "proxy", "tls", "centre", "key", "clock")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def centre() -> FakeCentre:
    return FakeCentre(real_now)


@pytest.fixture
def node(tmp_path: Path) -> ExaminedNode:
    return ExaminedNode(tmp_path)


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return str(file)


@pytest.fixture
def url(centre: FakeCentre, authority: trustme.CA) -> Iterator[str]:
    """Where the centre answers with a good certificate."""
    with served(centre, server_side(authority.issue_cert("127.0.0.1"))) as address:
        yield address


def server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def on_the_road(node: ExaminedNode) -> dict[str, StepResult]:
    checks = node.examined()
    return {name: checks[name].result for name in ROAD}


def test_a_good_road_is_good_piece_by_piece(
    node: ExaminedNode, centre: FakeCentre, url: str, ca_file: str
) -> None:
    node.install({"url": url, "ca_file": ca_file, "key": centre.key_id})

    assert on_the_road(node) == {**dict.fromkeys(ROAD, OK), "proxy": SKIPPED}


def test_a_name_that_nobody_knows_ends_the_road_at_its_first_piece(node: ExaminedNode) -> None:
    node.install({"url": "https://sikd.invalid"})

    checks = node.examined()

    assert (checks["dns"].result, checks["dns"].code) == (FAILED, "SIKD-E416")
    assert {checks[name].result for name in ROAD[1:]} == {SKIPPED}
    assert "dns" in str(checks["clock"].detail)


def test_a_port_where_nobody_listens_is_a_matter_of_tcp(node: ExaminedNode) -> None:
    node.install({"url": f"https://127.0.0.1:{free_port()}"})

    checks = node.examined()

    assert (checks["dns"].result, checks["tcp"].result, checks["tls"].result) == (OK, FAILED, SKIPPED)
    assert (checks["tcp"].code, checks["tcp"].exit_code) == ("SIKD-E401", 1)


def test_a_ca_that_nobody_named_is_shown_by_its_name(node: ExaminedNode, url: str) -> None:
    node.install({"url": url})

    check = node.examined()["tls"]

    assert (check.result, check.code, check.exit_code) == (FAILED, "SIKD-E405", 5)
    assert "issued by" in str(check.detail)
    assert "trustme" in str(check.detail)


def test_a_certificate_that_has_ended_says_so(
    node: ExaminedNode, centre: FakeCentre, authority: trustme.CA, ca_file: str
) -> None:
    with served(centre, server_side(authority.issue_cert("127.0.0.1", not_after=LONG_AGO))) as url:
        node.install({"url": url, "ca_file": ca_file})

        check = node.examined()["tls"]

    assert (check.result, check.code) == (FAILED, "SIKD-E405")
    assert "expired" in str(check.detail)
    assert "2020-01-01" in str(check.detail)


def test_a_certificate_that_ends_soon_warns(
    node: ExaminedNode, centre: FakeCentre, authority: trustme.CA, ca_file: str
) -> None:
    soon = real_now() + timedelta(days=5)
    with served(centre, server_side(authority.issue_cert("127.0.0.1", not_after=soon))) as url:
        node.install({"url": url, "ca_file": ca_file, "key": centre.key_id})

        found = on_the_road(node)

    assert (found["tls"], found["centre"]) == (WARNING, OK)


def test_a_port_that_speaks_no_tls_is_a_matter_of_tls(node: ExaminedNode, centre: FakeCentre) -> None:
    with served(centre) as url:
        node.install({"url": url.replace("http://", "https://")})

        check = node.examined()["tls"]

    assert (check.result, check.code) == (FAILED, "SIKD-E401")


def test_the_proxy_of_the_office_is_gone_through(
    node: ExaminedNode, centre: FakeCentre, url: str, ca_file: str
) -> None:
    with proxy("sinergi", "rahasia") as office:
        settings = {"url": url, "ca_file": ca_file, "key": centre.key_id}
        way = {"proxy": office.url, "proxy_user": "sinergi"}
        node.install({**settings, **way}, proxy_password="rahasia")

        found = on_the_road(node)

    assert found == dict.fromkeys(ROAD, OK)


def test_a_proxy_that_refuses_is_told_and_the_centre_not_blamed(node: ExaminedNode, url: str) -> None:
    with proxy("sinergi", "rahasia") as office:
        node.install({"url": url, "proxy": office.url, "proxy_user": "sinergi"}, proxy_password="salah")

        checks = node.examined()

    assert (checks["proxy"].result, checks["proxy"].code) == (FAILED, "SIKD-E406")
    assert "407" in str(checks["proxy"].detail)
    assert checks["tls"].result is SKIPPED
    assert "salah" not in repr(node.checks)


def test_another_key_than_the_pinned_one_is_refused_and_the_clock_still_compared(
    node: ExaminedNode, url: str, ca_file: str
) -> None:
    node.install({"url": url, "ca_file": ca_file, "key": "ab" * 32})

    checks = node.examined()

    assert (checks["key"].result, checks["key"].code, checks["key"].exit_code) == (FAILED, "SIKD-E402", 5)
    assert checks["clock"].result is OK


def test_a_key_that_nobody_has_confirmed_waits_for_a_person(
    node: ExaminedNode, url: str, ca_file: str
) -> None:
    node.install({"url": url, "ca_file": ca_file})

    check = node.examined()["key"]

    assert (check.result, check.code) == (FAILED, "SIKD-E403")


@pytest.mark.parametrize(
    ("off", "result", "word"),
    [
        (timedelta(seconds=-90), WARNING, "behind"),
        (timedelta(hours=1), FAILED, "ahead"),
        (timedelta(seconds=20), OK, "seconds"),
    ],
)
def test_a_clock_that_is_off_is_measured(
    node: ExaminedNode, centre: FakeCentre, off: timedelta, result: StepResult, word: str
) -> None:
    node.clock = lambda: real_now() + off
    with served(centre) as url:
        node.install({"url": url, "key": centre.key_id})

        check = node.examined()["clock"]

    assert check.result is result
    assert word in str(check.detail)
    assert check.code in {"", "SIKD-E208"}


def test_a_server_that_is_no_centre_is_told(node: ExaminedNode, centre: FakeCentre) -> None:
    with served(OtherProgram(centre.clock)) as url:
        node.install({"url": url})

        check = node.examined()["centre"]

    assert (check.result, check.code) == (FAILED, "SIKD-E404")


def test_a_node_that_waits_for_mapping_waits_for_the_centre(node: ExaminedNode, centre: FakeCentre) -> None:
    with served(centre) as url:
        node.install({"url": url, "key": centre.key_id})
        node.enrol()

        check = node.examined()["enrolment"]

    assert (check.result, check.code, check.exit_code) == (FAILED, "SIKD-E408", 4)


def test_without_settings_to_read_no_way_is_tried_since_a_proxy_may_be_the_only_one(
    node: ExaminedNode, centre: FakeCentre
) -> None:
    with served(centre) as url:
        node.install({"url": url})
        node.run_daemon(url=url)
        settings = node.paths.config_file.read_text().replace("[centre]", "[centre")
        node.paths.config_file.write_text(f'[paths]\nrun_dir = "{node.paths.run_dir}"\n' + settings)

        checks = node.examined()

    road = [checks[name] for name in ("dns", "tcp", "proxy", "tls", "centre", "key", "clock")]
    assert {check.result for check in road} == {SKIPPED}
    assert all("only the settings say which way" in str(check.detail) for check in road)
