#!/bin/sh
# Make the virtual environment $1 with a Python of 3.11 or newer, fetching Debian's venv package where it is missing.
set -eu
[ ! -x "$1/bin/python" ] || exit 0

for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 none; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
done
[ "$python" != none ] || { echo "Sluicegate needs Python 3.11 or newer; none was found." >&2; exit 1; }

# Debian ships python3 without ensurepip, on which venv depends.
"$python" -c 'import ensurepip' 2>/dev/null || sh "$(dirname "$0")/apt.sh" "$(basename "$python")-venv"
"$python" -m venv "$1"
