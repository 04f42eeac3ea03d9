"""The program a Pemda runs: it collects the budget, signs it, keeps it and pushes it to the centre."""
