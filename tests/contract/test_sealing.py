"""The sealing is the HPKE of RFC 9180: judged by the RFC's own vector, through a second implementation."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from contract.wire.sealing import seal, unseal
from tests.contract.hpke_by_the_book import open_base
from tests.contract.make_vectors import HOME
from tests.contract.samples import SEALED, SEALING_KEY, access

# RFC 9180, appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
RFC_KEY = ec.derive_private_key(
    int("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2", 16), ec.SECP256R1()
)
RFC_ENC = bytes.fromhex(
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
    "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
)
RFC_CIPHERTEXT = bytes.fromhex(
    "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"
)


def test_the_second_implementation_reads_the_rfcs_vector() -> None:
    plain = open_base(RFC_ENC + RFC_CIPHERTEXT, RFC_KEY, b"Ode on a Grecian Urn", b"Count-0")

    assert plain == b"Beauty is truth, truth beauty"


@given(plain=st.binary(max_size=200), info=st.binary(max_size=100))
def test_both_implementations_agree(plain: bytes, info: bytes) -> None:
    sealed = seal(plain, SEALING_KEY.public_key(), info)

    assert open_base(sealed, SEALING_KEY, info) == unseal(sealed, SEALING_KEY, info) == plain


def test_the_kept_access_opens_with_what_the_page_says() -> None:
    node_id = json.loads((HOME / "keys.json").read_bytes())["node_id"]
    info = f"sikd access v1\n{node_id}\n00112233445566778899aabbccddeeff\n2".encode()

    assert open_base(SEALED, SEALING_KEY, info).rstrip(b" ") == access().to_bytes()
