"""What the agent and the centre agreed on; pure: no input or output, and no clock."""
