"""How fast and how small the agent is, beside a yardstick measured in the same run; `make bench`."""
