# Fetching packages of Debian 13, whatever this machine runs: a state of apt's own below `work`, where nothing is
# installed and no root is needed. apt fetches from this machine's Debian mirror and verifies with Debian's
# keyring (Debian 13 is signed with Debian 12's key too). Sourced, never run; it expects `work`.
# shellcheck shell=bash disable=SC2154 # Whoever sources this sets `work`.

apt() { apt-get -q -y -c "$work/apt.conf" "$@"; }

write_apt_state() {
  mkdir -p "$work"/{apt/lists/partial,archives/partial}
  touch "$work/status"
  cat >"$work/apt.conf" <<END
Dir::State "$work/apt";
Dir::State::status "$work/status";
Dir::Cache "$work";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
}

# The mirrors that this machine is set up to fetch its own suite from, also before its first update.
mirrors() {
  apt-get --print-uris update |
    sed -En "s#^'(.*)/dists/(bookworm|trixie|stable|oldstable)/InRelease'.*#\1#p" | sort -u
}

# Makes Debian 13 known to apt, by the first mirror of which a command gets what it wants. Other vendors may name their
# suites as Debian does, so each mirror is asked; only Debian's keyring counts.
find_suite() {
  local mirror
  write_apt_state
  while read -r mirror; do
    printf '%s [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' \
      deb-src "$mirror" deb "$mirror" >"$work/sources.list"
    apt -o APT::Update::Error-Mode=any update && "$@" && return
  done < <(mirrors)
  echo "no Debian mirror among this machine's apt sources gave what is wanted of Debian 13" >&2
  return 1
}
