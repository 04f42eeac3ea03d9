"""What passes between the agent and the centre, byte by byte."""
