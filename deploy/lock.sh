#!/bin/sh
# constraints.txt → requirements.txt, what the product needs to run, and requirements-build.txt, what builds it and those of its
# libraries of which there is no wheel: for every Python from 3.11 on and every machine, each file by its SHA-256.
# Call it after a change of pyproject.toml or constraints.txt; it needs uv (pip install uv) and the package index.
set -eu
cd "$(dirname "$0")/.."
lock() {
  uv pip compile "$@" --universal --python-version 3.11 --constraint constraints.txt --generate-hashes --no-annotate \
    --custom-compile-command deploy/lock.sh --quiet
}
lock pyproject.toml --extra postgres --output-file deploy/requirements.txt
printf 'hatchling\nsetuptools\n' | lock - --output-file deploy/requirements-build.txt
