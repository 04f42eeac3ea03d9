"""Boards: they show how far all Pemda have come, read only, and decide nothing."""
