#!/bin/sh
# Install Debian packages, as root or through sudo.
set -eu
command -v apt-get >/dev/null || { echo "Needed, and not installable here without apt: $*" >&2; exit 1; }
root=$([ "$(id -u)" = 0 ] || echo sudo)
$root apt-get update -q
$root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
