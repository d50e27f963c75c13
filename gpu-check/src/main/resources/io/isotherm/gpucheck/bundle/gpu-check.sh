#!/usr/bin/env bash
# Checks the solver on this machine's GPU; needs no Java and no network. --help tells how.
set -euo pipefail
unset CDPATH

fail() {
  echo "gpu-check: $*" >&2
  exit 1
}

here=$(cd -P -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
archive=$here/gpu-check.tar.xz
[ -f "$archive" ] || fail "$archive is missing: copy both files of the bundle to the same folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if command -v xz > /dev/null; then
  tar -xJf "$archive" -C "$work"
elif command -v python3 > /dev/null; then
  python3 -c 'import sys, tarfile
tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$archive" "$work"
else
  fail "neither xz nor python3 is on the PATH, one of which is needed to unpack the bundle"
fi

# Standard output belongs to the results; the JVM warns about incubators, and has no switch for that.
"$work/jre/bin/java" -Xmx6g -XX:MaxDirectMemorySize=1t \
  -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
  -Dorg.bytedeco.javacpp.cachedir="$work/javacpp" -Djna.tmpdir="$work" -Djava.io.tmpdir="$work" \
  --add-modules jdk.incubator.vector -XX:+UseSerialGC -cp "$work/lib/*" io.isotherm.cli.Isotherm gpu-check "$@"
