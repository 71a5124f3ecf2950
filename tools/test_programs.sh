#!/usr/bin/env bash
# Programs that only tests use: Chromium looks at pages, LibreOffice recalculates workbooks, PostgreSQL takes releases, npm makes the query page. Installs what is missing where it may.
set -euo pipefail
missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v soffice >/dev/null || missing+=(libreoffice-calc-nogui)
command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || missing+=(postgresql)
command -v npm >/dev/null || missing+=(npm)
[ ${#missing[@]} -eq 0 ] && exit 0
root=()
if [ "$(id -u)" -ne 0 ]; then root=(sudo -n); fi
echo "Setting up ${missing[*]} for the tests"
if ! command -v apt-get >/dev/null || ! { "${root[@]}" apt-get update -qq && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core >/dev/null; }; then
  echo "Could not install ${missing[*]}: tests that need them are skipped (they fail in CI). Install them with this system's package manager."
fi
