# shellcheck shell=bash
# Sourced by the scripts beside it: finds Java, and builds the benchmarks on first use and when
# sources have changed. Sets "java", "jar" and "root". A script that needs services as well names
# their modules in the array "services" before.
unset CDPATH

name=$(basename -- "$0")

fail() {
  echo "$name: $*" >&2
  exit 1
}

folder=$(cd -P -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname -- "$folder")
jar=$folder/target/isotherm-benchmarks.jar
modules=(benchmarks ${services[@]+"${services[@]}"})
built=$folder/target/$(IFS=-; echo "${modules[*]}")-built
log=$folder/target/benchmarks-build.log

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" > /dev/null || fail "no $java found: install a JDK, version 17 or newer"

# Standard output belongs to the results.
build() {
  command -v mvn > /dev/null || fail "no mvn found: install Maven, version 3.8 or newer, and put it on the PATH"
  echo "$name: $1; building with Maven. Log: $log" >&2
  mkdir -p "$folder/target"
  # What is changed from now on is newer than this build.
  touch "$built-begun"
  trap 'exit 130' INT
  if ! (cd "$root" && mvn -q -B -DskipTests -pl "$(IFS=,; echo "${modules[*]}")" -am package) > "$log" 2>&1 < /dev/null; then
    tail -n 30 "$log" >&2
    fail "the build failed; its last lines are above, all of it is in $log"
  fi
  trap - INT
  mv "$built-begun" "$built"
}

if ! [ -f "$built" ] || ! [ -f "$jar" ]; then
  build "first use"
elif [ -n "$(cd "$root" && for module in core/{checks,safetensors,methods,contracts,spectra,solvers} kafka clients/java embedded-kafka terminal local-stack "${modules[@]}"; do
  find pom.xml "$module"/{pom.xml,src/main} -type f -newer "$built" -print -quit
done)" ]; then
  build "sources have changed"
fi
