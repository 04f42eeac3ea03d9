"""Examining a node step by step, from its settings to its database, without changing anything."""
