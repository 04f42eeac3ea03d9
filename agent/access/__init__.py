"""The access to the finance database: what was entered, what the Pemda approved, and what is in use."""
