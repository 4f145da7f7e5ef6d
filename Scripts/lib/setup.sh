# What the scripts share: finding the toolchain, installing what is missing, building the tool.
# Sourced, never run. Says on standard error what it does, asks nothing, exits with 69 if it cannot.
# shellcheck shell=bash disable=SC2034 # Some names are for the scripts that source this.

set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cache=${XDG_CACHE_HOME:-${HOME:?must name the home folder}/.cache}/qpyemu
# Where the tool looks for an interpreter after QPYEMU_INTERPRETER and PATH.
interpreter=$cache/interpreter
# A virtual environment with what only the tests need of PyPI, and the list that it was made from.
python=$cache/python
requirements=$root/Scripts/lib/requirements.txt
binary=$root/.build/release/qpyemu
# The interpreters of our own, each under a hash of what it is made of, and links to the ones of this tree.
ports=$cache/ports
port_sources=("$root/Sources/MicroPythonPort" "$root/Scripts/lib/build-interpreter")
# Dated to the start of the last good release build, so that an edit made during a build counts as newer.
built=$root/.build/qpyemu.built

# The names are the same on Debian 12, Debian 13 and Ubuntu 24.04.
build_packages=(libc6-dev libasound2-dev libopencore-amrnb-dev libvo-amrwbenc-dev libspeexdsp-dev
  libpcre2-dev pkgconf)
# What builds the interpreters.
port_packages=(gcc make python3 xz-utils)
test_packages=(sox alsa-utils espeak-ng parallel python3 python3-jsonschema python3-venv)

say() { printf 'qpyemu: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 69 # EX_UNAVAILABLE
}

# Runs a command without input and shows what it printed only if it fails. It does not inherit the
# set-up's lock, which a service that a package starts would otherwise keep.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null 9>&- || status=$?
  ((status == 0)) || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

require_swift() {
  local found="none"
  if command -v swift >/dev/null; then
    found=$(swift --version 2>&1) || true
    [[ $found =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] &&
      ((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2] >= 6002)) && return
    found=${found%%$'\n'*}
  fi
  fail "Swift 6.2 or later is needed on PATH (https://www.swift.org/install); found: $found"
}

# Installs those of the named packages that are missing, and an interpreter if there is none.
set_up() {
  command -v dpkg-query >/dev/null || fail "the set-up needs Debian or Ubuntu (dpkg and apt-get)"
  is_set_up "$@" && return
  mkdir -p "$cache"
  (
    flock 9 # A second run waits here, then finds nothing left to do.
    install_packages "$@"
    has_interpreter || fetch_interpreter
  ) 9>"$cache/lock"
}

# What tests, measurements and soaks need beyond the tool itself.
set_up_tests() {
  set_up "${build_packages[@]}" "${port_packages[@]}" "${test_packages[@]}"
  set_up_ports
  cmp -s "$requirements" "$python/requirements.txt" && return
  (
    flock 9
    say "installing $(paste -sd' ' "$requirements") into $python"
    quietly install_python_packages ||
      fail "the Python packages could not be installed into $python; see $requirements"
  ) 9>"$cache/lock"
}

install_python_packages() {
  [[ -x $python/bin/pip ]] || python3 -m venv "$python" || return
  "$python/bin/pip" install --disable-pip-version-check --requirement "$requirements" || return
  cp "$requirements" "$python/requirements.txt"
}

is_set_up() {
  missing_packages "$@"
  ((${#missing[@]} == 0)) && has_interpreter
}

# Sets `missing`, counting the interpreter's package where the distribution has one.
missing_packages() {
  local installed package
  installed=$(dpkg-query --show --showformat=' ${Package}=${db:Status-Status} ' "$@" 2>/dev/null) ||
    true # It fails for a name it has never heard of, which is then missing below.
  missing=()
  for package in "$@"; do
    [[ $installed == *" $package=installed "* ]] || missing+=("$package")
  done
  has_interpreter || is_debian_12 || missing+=(micropython)
}

has_interpreter() {
  [[ -n ${QPYEMU_INTERPRETER-} || -x $interpreter/micropython ]] ||
    command -v micropython >/dev/null
}

# The one supported distribution that has no package of MicroPython.
is_debian_12() { grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release; }

install_packages() {
  missing_packages "$@"
  ((${#missing[@]} > 0)) || return 0
  local command="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  can_be_root || fail "packages are missing and this user cannot install them; as root: $command"
  say "installing ${missing[*]}"
  quietly apt_install "${missing[@]}" || fail "the installation failed; as root: $command"
  hash -r
}

can_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null; }

# Package lists are fetched only if the installation fails without: they may be absent or old.
apt_install() {
  apt_get install "$@" || {
    apt_get update || true # Another source's trouble; whether ours worked, the installation tells.
    apt_get install "$@"
  }
}

apt_get() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo -n)
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

fetch_interpreter() {
  say "fetching MicroPython from Debian 13 into $interpreter (Debian 12 has no package of it)"
  quietly "$root/Scripts/lib/fetch-interpreter" "$interpreter" ||
    fail "MicroPython could not be fetched; name one with QPYEMU_INTERPRETER=/path/to/micropython"
}

# How many bits the words of the interpreter have: as on the modules, where this machine runs such programs.
port_bits() {
  if [[ $(uname -m) == x86_64 && ! -e $ports/only-64-bit ]]; then echo 32; else echo 64; fi
}

# Whether this tree's link leads to an interpreter of so many bits that is newer than its sources.
has_port() {
  local link=$root/.build/port$1
  [[ -x $link/interpreter && -z $(find "${port_sources[@]}" -newer "$link/interpreter" -print -quit) ]]
}

# Builds the interpreter of 32 or 64 bits, or the checked one.
build_port() {
  local port=$1 hash folder
  hash=$(find "${port_sources[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum)
  folder=$ports/${hash:0:16}-$port
  if [[ ! -x $folder/interpreter ]]; then
    say "building the interpreter, $port (once, half a minute or so)"
    quietly "$root/Scripts/lib/build-interpreter" "$folder" "$port" || fail "the interpreter could not be built"
  fi
  touch "$folder/interpreter"
  mkdir -p "$root/.build"
  ln -sfn "$folder" "$root/.build/port$port"
  runs_port "$port" && return
  [[ $port == 32 ]] || fail "the interpreter was built, but does not run here"
  say "this kernel runs no 32-bit programs: scripts get an interpreter of 64 bits, whose heap figures are not a module's"
  touch "$ports/only-64-bit"
  build_port 64
}

# Without a device it says so with its exit code.
runs_port() {
  local status=0
  "$root/.build/port$1/interpreter" 3>&- >/dev/null 2>&1 || status=$?
  ((status == 3))
}

set_up_port() {
  has_port "$1" && return
  (
    flock 9
    has_port "$1" || build_port "$1"
  ) 9>"$cache/lock"
}

# Only the tests run these interpreters so far: the one with words as on the modules, and the one of 64 bits.
set_up_ports() {
  set_up_port "$(port_bits)"
  set_up_port 64
}

is_built() {
  [[ -x $binary && -e $built ]] &&
    [[ -z $(find "$root"/{Package.swift,Sources,Profiles} -newer "$built" -print -quit) ]]
}

build_release() {
  say "building in release (a minute or two, only after a change)"
  local started
  started=$(date +%s.%N)
  local product
  for product in qpyemu InterruptGuard; do
    quietly swift build --package-path "$root" -c release --static-swift-stdlib --product "$product" ||
      fail "the build failed"
  done
  touch -d "@$started" "$built"
}
