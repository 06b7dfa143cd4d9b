"""The doctor: what an operator would look at one by one, each with what is wrong and what helps (see checks.py)."""
