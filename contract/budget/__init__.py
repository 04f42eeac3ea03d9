"""The budget as it travels: codes, amounts, lines, names and the segments they are written in."""
