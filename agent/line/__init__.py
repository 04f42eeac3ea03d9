"""The line to the centre: one request and its answer, whose fault a broken line is, and whom to trust."""
