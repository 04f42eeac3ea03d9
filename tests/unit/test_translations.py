"""`make translations` never loses an answer that a person wrote."""

from __future__ import annotations

from pathlib import Path

from babel.messages import Catalog

from tests.translations import Domain, as_text, joined


def says(domain: Domain, *sentences: str) -> None:
    code = "\n".join(f"T({sentence!r})" for sentence in sentences)
    domain.root.joinpath("room").mkdir(exist_ok=True)
    domain.root.joinpath("room", "module.py").write_text(code)


def join(domain: Domain) -> Catalog:
    catalog = joined(domain)
    domain.po.parent.mkdir(parents=True, exist_ok=True)
    domain.po.write_bytes(as_text(catalog))
    return catalog


def test_an_answer_returns_with_its_sentence(tmp_path: Path) -> None:
    domain = Domain("room", home="room", rooms=("room",), root=tmp_path)
    says(domain, "queued", "sent")
    join(domain)
    answered = domain.po.read_text().replace('msgid "sent"\nmsgstr ""', 'msgid "sent"\nmsgstr "terkirim"')
    domain.po.write_text(answered)

    says(domain, "queued")
    without = join(domain)
    says(domain, "queued", "sent")
    again = join(domain)

    assert "sent" not in without
    assert again.get("sent").string == "terkirim"  # type: ignore[union-attr]


def test_joining_twice_changes_nothing(tmp_path: Path) -> None:
    domain = Domain("room", home="room", rooms=("room",), root=tmp_path)
    says(domain, "{count} lines", "sent")

    once = as_text(join(domain))
    twice = as_text(join(domain))

    assert once == twice
