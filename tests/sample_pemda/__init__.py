"""A believable APBD of any Pemda, written into the databases that a Pemda would keep it in."""

from tests.sample_pemda.budget import Budget
from tests.sample_pemda.dirt import Dirt, Faults
from tests.sample_pemda.flat import write_flat
from tests.sample_pemda.wp_sipd import write_wp_sipd

__all__ = ["Budget", "Dirt", "Faults", "write_flat", "write_wp_sipd"]
