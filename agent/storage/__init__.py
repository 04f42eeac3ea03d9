"""What the agent keeps on its disk: its memory, its outbox and its secrets, whole or said to be damaged."""
