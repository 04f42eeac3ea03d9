"""What may reach a terminal: letters. Whatever could command it is written out instead.

Names and reasons come from the centre, from a database, from a status file: none of them may move a cursor,
rename a window, or draw a line that looks like one of ours. Loads nothing, because `sinergi status` uses it.
"""


def printable(text: str, *, keep: str = "") -> str:
    """The text with every control and direction character written out, but for those to keep."""
    return "".join(sign if sign.isprintable() or sign in keep else ascii(sign)[1:-1] for sign in text)
