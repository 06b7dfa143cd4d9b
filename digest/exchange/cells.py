"""Cells of a table for spreadsheets: none is taken for a formula, and each is read back as it was.

https://owasp.org/www-community/attacks/CSV_Injection: a cell that begins with = + - @, a tab or a line end may be run.
A quote before it makes it text; where one stands already, there is one more.
"""

import re

_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_DEFUSED = re.compile(f"'(?={_FORMULA.pattern})")


def safe(cell: str) -> str:
    """The cell as it may be written."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """The inverse of `safe`."""
    return _DEFUSED.sub("", cell, count=1) if _DEFUSED.match(cell) else cell
