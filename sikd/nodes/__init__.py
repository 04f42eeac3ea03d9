"""Nodes: how they become known, how they stay in touch, and for which Pemda each may speak."""

from sikd.nodes.mapping import approve, confirm_identity, propose, reject, revoke
from sikd.nodes.store import Node, Proposal, everyone, find, get, mapped_to, of_pemda, pending

__all__ = [
    "Node",
    "Proposal",
    "approve",
    "confirm_identity",
    "everyone",
    "find",
    "get",
    "mapped_to",
    "of_pemda",
    "pending",
    "propose",
    "reject",
    "revoke",
]
