"""The agent and the centre together, as their users meet them."""
