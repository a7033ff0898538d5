#!/bin/sh
# Makes a virtual environment that holds exactly what a requirements file pins, or leaves it alone
# when it does already:  scripts/venv.sh PYTHON DIRECTORY REQUIREMENTS...
#
# A stamp inside names the interpreter and the requirements; two callers at once wait for each other,
# and an installation that was interrupted is done again from the start.
set -eu

if [ $# -lt 3 ]; then
    echo "usage: venv.sh PYTHON DIRECTORY REQUIREMENTS..." >&2
    exit 2
fi
python=$1 directory=$2
shift 2

say() { printf 'venv: %s\n' "$*" >&2; }

mkdir -p "$(dirname "$directory")"
exec 9>"$directory.lock"
flock 9

wanted=$("$python" -c 'import sys; print(sys.version)' && cat "$@")
if [ -x "$directory/bin/python" ] && [ "$wanted" = "$(cat "$directory/.pinned" 2>/dev/null)" ]; then
    exit 0
fi

rm -rf "$directory"
if ! "$python" -m venv "$directory"; then
    say "$python cannot make virtual environments; on Debian: apt-get install python3.11-venv"
    exit 1
fi
for file in "$@"; do
    set -- "$@" -r "$file"
    shift
done
say "installing into $directory"
if ! "$directory/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-warn-script-location "$@"; then
    say "pip could not install what is pinned in the requirements (its words are above)."
    say "A proxy or an index other than pypi.org is set in pip.conf or by PIP_INDEX_URL."
    exit 1
fi
printf '%s\n' "$wanted" >"$directory/.pinned"
