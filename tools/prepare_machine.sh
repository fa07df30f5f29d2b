#!/bin/sh
# Installs the programs that the tests drive, where this machine lets us; elsewhere says which are missing.
# Usage: sh tools/prepare_machine.sh [PACKAGE...]: only these packages.
set -eu

missing=""
wanted="$*"
need() { # need PACKAGE TEST...: the package is missing unless the test succeeds
    package=$1
    shift
    case " $wanted " in *" $package "* | "  ") ;; *) return 0 ;; esac
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has() { command -v "$1" || [ -x "/usr/sbin/$1" ]; }
has_pkcs11_engine() { ls /usr/lib/*/engines-3/pkcs11.so /usr/lib/engines-3/pkcs11.so 2>/dev/null | grep -q .; }
has_postgresql() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }

need chromium has chromium
need nginx has nginx
need postgresql has_postgresql
need redis-server has redis-server
need npm has npm
# A card and its readers: curl, a token with a PIN (SoftHSM) and OpenSSL's way to it, Chromium's own store.
need curl has curl
need openssl has openssl
need apache2-bin has apache2
need softhsm2 has softhsm2-util
need opensc has pkcs11-tool
need libnss3-tools has pk12util
need libengine-pkcs11-openssl has_pkcs11_engine
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        run=""
    elif sudo -n true 2>/dev/null; then
        run="sudo"
    else
        run="none"
    fi
    if [ "$run" != none ]; then
        echo "installing$missing"
        # Policy 101: packages start no server of their own; the tests start theirs, on free ports.
        policy=/usr/sbin/policy-rc.d
        [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' | $run tee "$policy" >/dev/null; $run chmod +x "$policy"; made=1; }
        $run apt-get update -qq
        # shellcheck disable=SC2086 # one word a package
        $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null
        [ -z "${made:-}" ] || $run rm -f "$policy"
        exit 0
    fi
fi
echo "missing, and not installed for want of rights:$missing (sudo apt-get install$missing)" >&2
[ -z "${CI:-}" ] # on a developer's machine the tests that need them are skipped by name; in CI nothing is
