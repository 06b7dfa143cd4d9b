# Two commands do all their own set-up: `make demo` and `make test`. They need Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test thorough lint acceptance wheel clean
.DEFAULT_GOAL := demo

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

# Three days for three readers on the bundled sample; the result is in demo-output/.
demo: .venv/ready
	$(BIN)/digest demo --output demo-output

# Everything that needs neither the network nor a prepared machine.
test: .venv/ready
	$(BIN)/python -m pytest -m 'not acceptance'

# The same with the default number of examples of each property, 100 in place of 30.
thorough: .venv/ready
	$(BIN)/python -m pytest -m 'not acceptance' --hypothesis-profile=default

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What needs the shared listings beside the project, a browser, or much time; prints a table.
acceptance: .venv/ready
	$(BIN)/python -m pytest -m acceptance -rs

wheel: .venv/ready
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .

clean:
	rm -rf .venv demo-output dist
