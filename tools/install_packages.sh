#!/bin/sh
# Installs what is missing of tools/packages.txt: tools/install_packages.sh SECTION…
# As root or with sudo. No server is started on the way and no Postgres cluster is made; what the
# machine had configured for that is left as it was.
set -eu
list=$(dirname "$0")/packages.txt
[ $# -gt 0 ] || { echo "usage: $0 SECTION... (sections of $list)" >&2; exit 2; }

wanted=
for section in "$@"; do
    names=$(sed -n "/^\[$section\]\$/,/^\[/{/^\[/d;s/#.*//;p;}" "$list")
    [ -n "$names" ] || { echo "$0: no section [$section] in $list" >&2; exit 2; }
    wanted="$wanted $names"
done

if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian machine: nothing installed; $list names what is needed" >&2
    exit 0
fi
# shellcheck disable=SC2086 # one word a package
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p')
missing=
for package in $wanted; do
    printf '%s\n' "$installed" | grep -qx "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=sudo
else
    echo "These packages are missing, and neither root nor sudo is at hand to install them:" >&2
    echo " $missing" >&2
    echo "Ask an administrator to run: apt-get install --no-install-recommends$missing" >&2
    exit 3
fi

# sudo drops these
through=
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    eval "value=\${$name:-}"
    case $value in
    '' | *[![:graph:]]*) ;;
    *) through="$through $name=$value" ;;
    esac
done

echo "installing:$missing"
set -f # an asterisk in no_proxy stays one
# shellcheck disable=SC2086 # $as_root and $through may be empty, $missing is a list
exec $as_root env DEBIAN_FRONTEND=noninteractive ROOT="${ROOT:-}" $through sh -eu -c '
    policy=$ROOT/usr/sbin/policy-rc.d
    cluster=$ROOT/etc/postgresql-common/createcluster.d/no-main-cluster.conf
    mark="# of tools/install_packages.sh: no server starts while it installs"
    put_back() {
        rm -f "$cluster" "$policy"
        if [ -e "$policy.kept" ]; then mv "$policy.kept" "$policy"; fi
    }
    # what an installation that was killed left behind
    if [ -e "$policy" ] && grep -qxF "$mark" "$policy"; then put_back; fi
    if [ -e "$policy" ]; then mv "$policy" "$policy.kept"; fi
    trap put_back EXIT
    trap "exit 130" INT TERM HUP
    mkdir -p "${policy%/*}" "${cluster%/*}"
    printf "#!/bin/sh\n%s\nexit 101\n" "$mark" >"$policy"
    chmod 755 "$policy"
    echo "create_main_cluster = false" >"$cluster"
    log=$(mktemp)
    # A list that another apt holds is waited for. One that cannot be had (no network, a foreign
    # repository that is gone) is no reason to stop: what is known already may do.
    update() {
        tries=0
        until apt-get update >"$log" 2>&1; do
            tries=$((tries + 1))
            if [ "$tries" -ge 60 ] || ! grep -q "Could not get lock" "$log"; then
                echo "apt-get update failed; going on with the lists that are there" >&2
                return 0
            fi
            if [ "$tries" -eq 1 ]; then echo "waiting for another apt to end" >&2; fi
            sleep 5
        done
    }
    install() {
        dpkg --configure -a && apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
    }
    update </dev/null
    if ! install "$@" </dev/null >>"$log" 2>&1; then
        tail -n 40 "$log" >&2
        echo "the installation failed; all of its output is in $log" >&2
        exit 3
    fi
    rm -f "$log"
' install-packages $missing
