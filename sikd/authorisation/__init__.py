"""Authorisation: what a Pemda put in force, by two people, is what DJPK uses."""

from sikd.authorisation.store import InForce, Replacement, authorise, in_force, proposals

__all__ = ["InForce", "Replacement", "authorise", "in_force", "proposals"]
