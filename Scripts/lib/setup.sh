# What the scripts share: finding the toolchain, installing what is missing, building the tool.
# Sourced, never run. Says on standard error what it does, asks nothing, exits with 69 if it cannot.
# shellcheck shell=bash disable=SC2034 # Some names are for the scripts that source this.

set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
cache=${XDG_CACHE_HOME:-${HOME:?must name the home folder}/.cache}/qpyemu
# A virtual environment with what only the tests need of PyPI, and the list that it was made from.
python=$cache/python
requirements=$root/Scripts/lib/requirements.txt
binary=$root/.build/release/qpyemu
# The interpreters, each under a hash of what it is made of. `.build/port32` and `.build/port64` lead to those of this
# tree, and a link beside each build of the tool to the one that runs scripts.
ports=$cache/ports
port_sources=("$root/Sources/MicroPythonPort" "$root/Scripts/lib/build-interpreter")
# Dated to the start of the last good release build, so that an edit made during a build counts as newer.
built=$root/.build/qpyemu.built

# The names are the same on Debian 12 and Debian 13.
build_packages=(libc6-dev libasound2-dev libopencore-amrnb-dev libvo-amrwbenc-dev libspeexdsp-dev
  libpcre2-dev pkgconf)
# What builds an interpreter.
port_packages=(gcc make python3 xz-utils)
test_packages=(sox alsa-utils espeak-ng libturbojpeg0 parallel python3 python3-jsonschema python3-venv)

# What the tests are built with: the flash's cut the power some 270,000 times, which takes 40 times as long without.
test_options=(--disable-xctest -Xswiftc -O)

# How the tool is built for use, which is for a start that takes little: the runtime's own libraries and the C++ library are
# part of it, no library is looked for beside it, its addresses are put right from a short list, and its types are made by
# calls where each would be looked up by its name.
static=$root/.build/static
release_options=(-c release --static-swift-stdlib --disable-local-rpath
  -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors
  -Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs
  -Xswiftc -Xclang-linker -Xswiftc -static-libgcc -Xlinker "-L$static")

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

# Installs those of the named packages that are missing, and builds the interpreter if nobody has yet.
set_up() {
  command -v dpkg-query >/dev/null || fail "the set-up needs Debian (dpkg and apt-get)"
  is_set_up "$@" && return
  mkdir -p "$cache"
  (
    flock 9 # A second run waits here, then finds nothing left to do.
    # All packages at once, so that who cannot install them is told of all.
    ! must_build_port || set -- "$@" "${port_packages[@]}"
    install_packages "$@"
    needs_no_port || link_port "$root/.build"
  ) 9>"$cache/lock"
}

# What tests, measurements and soaks need beyond the tool itself.
set_up_tests() {
  set_up "${build_packages[@]}" "${test_packages[@]}"
  set_up_ports
  set_up_micropython
  cmp -s "$requirements" "$python/requirements.txt" && return
  (
    flock 9
    say "installing $(paste -sd' ' "$requirements") into $python"
    quietly install_python_packages ||
      fail "the Python packages could not be installed into $python; see $requirements"
  ) 9>"$cache/lock"
}

# The distribution's MicroPython, which judges our littlefs and our speed: Debian 12 has no package of it, so it comes out of
# Debian 13.
micropython=$cache/micropython
set_up_micropython() {
  [[ -x $micropython/micropython ]] && return
  (
    flock 9
    [[ -x $micropython/micropython ]] || quietly "$root/Scripts/lib/fetch-micropython" "$micropython" ||
      fail "the MicroPython to compare with could not be fetched"
  ) 9>"$cache/lock"
}

# The list is whole. Thonny would bring linters and a type checker along, which no test uses.
install_python_packages() {
  [[ -x $python/bin/pip ]] || python3 -m venv "$python" || return
  "$python/bin/pip" install --disable-pip-version-check --no-deps --requirement "$requirements" || return
  cp "$requirements" "$python/requirements.txt"
}

is_set_up() {
  missing_packages "$@"
  ((${#missing[@]} == 0)) && { needs_no_port || has_linked_port "$root/.build"; }
}

# Sets `missing`.
missing_packages() {
  local installed package
  installed=$(dpkg-query --show --showformat=' ${Package}=${db:Status-Status} ' "$@" 2>/dev/null) ||
    true # It fails for a name it has never heard of, which is then missing below.
  missing=()
  for package in "$@"; do
    [[ $installed == *" $package=installed "* ]] || missing+=("$package")
  done
}

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

needs_no_port() { [[ -n ${QPYEMU_INTERPRETER-} ]]; }

# How many bits the words of the interpreter have: as on the modules, where this machine runs such programs.
port_bits() {
  if [[ $HOSTTYPE == x86_64 && ! -e $ports/only-64-bit ]]; then echo 32; else echo 64; fi
}

# Where the interpreter of so many bits is kept that these sources make.
port_folder() {
  local hash
  hash=$(find "${port_sources[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum)
  echo "$ports/${hash:0:16}-$1"
}

# Whether this tree's link leads to an interpreter of so many bits, and has done so since the sources' last change.
has_port() {
  local link=$root/.build/port$1
  [[ -x $link/interpreter && -z $(find "${port_sources[@]}" -newer "$link" -print -quit) ]]
}

must_build_port() {
  local bits
  bits=$(port_bits)
  ! needs_no_port && ! has_port "$bits" && [[ ! -x $(port_folder "$bits")/interpreter ]]
}

# Has this tree's link lead to the interpreter of 32 or 64 bits, or the checked one, which is built if nobody has yet.
# Under the lock.
build_port() {
  local port=$1 started folder
  has_port "$port" && return
  started=$(date +%s.%N)
  folder=$(port_folder "$port")
  if [[ ! -x $folder/interpreter ]]; then
    install_packages "${port_packages[@]}"
    say "building the interpreter, $port (once, half a minute or so)"
    quietly "$root/Scripts/lib/build-interpreter" "$folder" "$port" || fail "the interpreter could not be built"
  fi
  mkdir -p "$root/.build"
  ln -sfn "$folder" "$root/.build/port$port"
  touch -h -d "@$started" "$root/.build/port$port" # An edit made during a build counts as newer.
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

# Has each build of the tool in a folder of the package manager's find the interpreter beside it.
link_port() {
  local build
  build_port "$(port_bits)"
  for build in debug release; do
    mkdir -p "$1/$HOSTTYPE-unknown-linux-gnu/$build"
    ln -sfn "$root/.build/port$(port_bits)/interpreter" "$1/$HOSTTYPE-unknown-linux-gnu/$build/interpreter"
  done
}

has_linked_port() {
  local bits build
  bits=$(port_bits)
  has_port "$bits" || return
  for build in debug release; do
    [[ $1/$HOSTTYPE-unknown-linux-gnu/$build/interpreter -ef $root/.build/port$bits/interpreter ]] || return
  done
}

# The same, by itself.
set_up_port() {
  has_port "$1" && return
  (
    flock 9
    build_port "$1"
  ) 9>"$cache/lock"
}

# The tests run the interpreter with words as on the modules and the one of 64 bits.
set_up_ports() {
  set_up_port "$(port_bits)"
  set_up_port 64
}

is_built() {
  [[ -x $binary && -e $built ]] &&
    [[ -z $(find "$root"/{Package.swift,Sources,Profiles} -newer "$built" -print -quit) ]]
}

# Builds for use.
build_in_release() {
  local archive
  archive=$(clang -print-file-name=libstdc++.a 2>/dev/null) || archive=
  mkdir -p "$static"
  [[ $archive != /* ]] || ln -sfn "$archive" "$static/libstdc++.a" # Else the shared one is taken.
  quietly swift build --package-path "$root" "${release_options[@]}" "$@" || fail "the build failed"
}

build_release() {
  say "building in release (a minute or two, only after a change)"
  local started
  started=$(date +%s.%N)
  build_in_release --product qpyemu
  touch -d "@$started" "$built"
}
