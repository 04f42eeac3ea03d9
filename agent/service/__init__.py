"""The running agent: its rounds, when they are due, how it fares, and what it tells of itself."""
