# Two commands do all their own set-up: `make demo` and `make test`. They need Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin
# Tests are spread over the cores, at most four: each process of them runs a database server of its own.
SPREAD ?= -n auto --maxprocesses 4 --dist worksteal

.PHONY: demo test thorough lint acceptance wheel catalogues reference clean
.DEFAULT_GOAL := demo

INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt

# What the product needs to run: a first look does not wait for what tests it. Python compiles what it imports by itself.
.venv/product: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(INSTALL) --editable .
	touch $@

.venv/ready: .venv/product
	$(INSTALL) --editable '.[dev]'
	touch $@

# Three days for three readers on the bundled sample; the result is in demo-output/.
demo: .venv/product
	$(BIN)/digest demo --output demo-output

# Everything that needs neither the network nor a prepared machine. Its many processes find compiled what one has compiled.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/ready
	$(BIN)/python -m pytest -m 'not acceptance' $(SPREAD)

# The same with the default number of examples of each property, 100 in place of 20.
thorough: .venv/ready
	$(BIN)/python -m pytest -m 'not acceptance' $(SPREAD) --hypothesis-profile=default

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

# After a sentence of a mail or page has changed: finds all sentences and brings the catalogues up to date.
catalogues: .venv/ready
	$(BIN)/pybabel -q extract --mapping digest/locale/babel.cfg --add-comments TRANSLATORS: --strip-comment-tags \
	  --add-location file --no-wrap --project Paperround --version 1 -o .venv/digest.pot .
	$(BIN)/pybabel -q update --domain digest --input-file .venv/digest.pot --output-dir digest/locale \
	  --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date

# After a command or a setting has changed.
reference: .venv/ready
	$(BIN)/python -m tests.reference

clean:
	rm -rf .venv demo-output dist
