#!/bin/sh
# Install the Debian packages the project uses, or say which are missing.
# Usage: deps.sh [PACKAGE ...]; without names, everything the tests can use.
set -eu

missing=""
need() { missing="$missing $1"; }

if [ $# -gt 0 ]; then
    for package in "$@"; do need "$package"; done
else
    python3 -c 'import ensurepip' 2>/dev/null || need python3-venv
    { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1 || need postgresql
    command -v chromium >/dev/null || need chromium
    command -v curl >/dev/null || need curl
    fc-list 2>/dev/null | grep -q 'DejaVu Sans' || { need fontconfig; need fonts-dejavu-core; }
    command -v node >/dev/null || need nodejs
    command -v npm >/dev/null || need npm
    command -v prometheus-alertmanager >/dev/null || need prometheus-alertmanager
    command -v prometheus >/dev/null || need prometheus
    command -v go >/dev/null || need golang-go
    command -v nagios4 >/dev/null || need nagios4-core
    command -v swaks >/dev/null || { need swaks; need libnet-ssleay-perl; }
fi
[ -n "$missing" ] || { echo "nothing is missing"; exit 0; }

if [ "$(id -u)" = 0 ]; then root=""
elif sudo -n true 2>/dev/null; then root="sudo -n"
else
    echo "missing:$missing; install them with: sudo apt-get install$missing"
    [ $# -gt 0 ] && exit 1
    exit 0
fi
command -v apt-get >/dev/null || { echo "missing:$missing; install them by your system's means"; exit 1; }
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$root apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to split
$root apt-get install -y -qq --no-install-recommends $missing >/dev/null
