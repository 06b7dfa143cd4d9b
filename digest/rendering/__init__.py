"""How editions are written: mail, Atom and RSS, from templates that an operator may replace."""
