"""How a typed document becomes canonical bytes and is read back, the same way for every kind of message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
)

from contract.budget.codes import has_shape
from contract.budget.names import cleaned
from contract.budget.rupiah import Rupiah
from contract.errors import ContractError, MalformedMessage
from contract.text import T
from contract.wire import canonical

_TIME = "%Y-%m-%dT%H:%M:%SZ"


def format_time(moment: datetime) -> str:
    """An aware time as UTC to the second, for example `2026-01-31T16:59:59Z`; ValueError for a naive one."""
    return _in_utc(moment).strftime(_TIME)


def parse_time(text: object) -> datetime:
    """An aware UTC time from its one canonical spelling; ValueError otherwise."""
    if isinstance(text, datetime):
        return _in_utc(text)
    moment = datetime.strptime(str(text), _TIME).replace(tzinfo=UTC)
    if format_time(moment) != text:
        raise ValueError("a time is written like 2026-01-31T16:59:59Z")
    return moment


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a time without a zone is no instant")
    return moment.astimezone(UTC).replace(microsecond=0)


def _parse_amount(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return Rupiah.from_wire(text)
    except ContractError as error:
        raise ValueError("an amount is written like 1234.50") from error


Time = Annotated[datetime, BeforeValidator(parse_time), PlainSerializer(format_time)]
"""An instant, on the wire in UTC to the second."""
Amount = Annotated[Rupiah, BeforeValidator(_parse_amount), PlainSerializer(Rupiah.to_wire)]
"""An amount, on the wire a string with exactly two decimals."""
Count = Annotated[int, Field(ge=0, lt=2**53)]
"""A whole number that every JSON reader can hold exactly."""


def matching(kind: str) -> AfterValidator:
    """A validator for strings that must have the shape of one kind of code."""

    def check(code: str) -> str:
        if not has_shape(kind, code):
            raise ValueError(f"not a {kind}")
        return code

    return AfterValidator(check)


def one_line(limit: int) -> BeforeValidator:
    """A validator for words that people read: clean like a name, at most `limit` characters, or empty.

    What this side writes is brought to that form; what arrives must have it, because its bytes are signed.
    """

    def check(words: object, info: ValidationInfo) -> object:
        if not isinstance(words, str):
            return words
        clean = cleaned(words)[:limit].rstrip()
        if info.mode == "json" and clean != words:
            raise ValueError(f"not one clean line of at most {limit} characters")
        return clean

    return BeforeValidator(check)


ShortText = Annotated[str, one_line(200)]
"""Words that people read, such as a host's name: one clean line, cut to 200 characters when written."""


class Document(BaseModel):
    """A frozen document that is written and read in RFC 8785 form; unknown fields are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        validate_by_name=True,
        validate_by_alias=True,
    )
    refused_as: ClassVar[type[ContractError]] = MalformedMessage

    def to_bytes(self) -> bytes:
        """The document's canonical bytes."""
        return canonical.dumps(self.model_dump(mode="json", by_alias=True))

    @classmethod
    def from_bytes(cls, data: bytes, *, max_bytes: int) -> Self:
        """A document from its canonical bytes; raises MalformedMessage, `refused_as` or TooLarge alone."""
        canonical.loads(data, max_bytes=max_bytes)
        try:
            document = cls.model_validate_json(data, by_alias=True, by_name=False)
        except ValidationError as error:
            raise cls._refused(*_first_of(error)) from error
        # A field left out is filled in by now, and what was read would hash to another id than what came.
        if cls.model_config["extra"] == "forbid" and document.to_bytes() != data:
            raise cls._refused(cls.__name__, "it says more or less than was agreed on")
        return document

    @classmethod
    def _refused(cls, field: str, why: str) -> ContractError:
        return cls.refused_as(
            T("Field {field} is not as agreed: {why}.", field=field, why=why),
            remedy=T("Update the older of the two programs; if both are current, report this."),
        )


class Answer(Document):
    """A document from the centre; fields that this version does not know yet are passed over."""

    model_config = ConfigDict(extra="ignore")


def _first_of(error: ValidationError) -> tuple[str, str]:
    """Where the first field that does not fit stands, and why; the offending input is never repeated."""
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    # The path of an unknown field is its sender's text: written in ASCII, it cannot disguise a log line.
    where = ".".join(ascii(str(part)[:40])[1:-1] for part in first["loc"][:6])
    return where or error.title, str(first["msg"])
