#!/bin/sh
# PostgreSQL's password comes as a mounted file, which libpq reads only where it belongs to nobody else: it gets the words.
set -eu
if [ -n "${PAPERROUND_POSTGRES_PASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$PAPERROUND_POSTGRES_PASSWORD_FILE")
  export PGPASSWORD
fi
exec digest "$@"
