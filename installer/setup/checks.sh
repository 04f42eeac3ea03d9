# shellcheck shell=sh disable=SC2154,SC2034,SC2016 # variables are shared with `setup`; bash fills in what it is given
# What is looked at before anything is changed: one function a check.
#
# A check ends with `result R VALUE`: R is 0 well, 1 to be noted, 2 in the way, 3 not looked at. Their order is part of the
# diagnosis code: a new check takes the place of none.

checks='arch libc tools systemd running rights disk_program disk_state noexec confinement memory clock dns tcp existing owner'

result() { found=$1 detail=${2:-}; }

check_arch() {
    arch=$(uname -m)
    case $arch in x86_64) result 0 "$arch" ;; *) result 2 "$arch" ;; esac
}

check_libc() {
    libc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed -n 's/^glibc //p')
    libc_minor=$(printf '%s' "$libc" | sed -n 's/^2\.\([0-9]*\).*/\1/p')
    if [ "${libc_minor:-0}" -ge 17 ]; then result 0 "glibc $libc"; else result 2 "${libc:-?}"; fi
}

check_tools() {
    missing=''
    for tool in cat chmod chown cp df find flock getent gzip id ln mktemp mv readlink runuser sha256sum sort tar useradd xargs; do
        command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
    done
    if [ -z "$missing" ]; then result 0; else result 2 "$missing"; fi
}

check_systemd() {
    systemd=$(systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
    if [ "${systemd:-0}" -ge 235 ]; then
        result 0 "$systemd"
    elif [ "${systemd:-0}" -ge 219 ]; then
        result 1 "$systemd"
    elif [ -z "$start" ]; then
        result 1 "${systemd:-?}"
    else
        result 2 "${systemd:-?}"
    fi
}

check_running() {
    if [ -d /run/systemd/system ]; then
        result 0
    elif [ -z "$start" ]; then
        result 1
    else
        result 2
    fi
}

check_rights() {
    if [ "$(id -u)" = 0 ]; then
        result 0 root
    elif [ "$verb" = check ]; then
        result 1 "$(id -un)"
    else
        result 2 "$(id -un)"
    fi
}

# The nearest folder above $1 that is there, and open to whoever asks.
standing() {
    folder=$1
    while [ ! -x "$folder" ]; do folder=$(dirname "$folder"); done
    printf '%s' "$folder"
}

# MiB that are free for $1.
free_for() { cd / && df -P -k "$(standing "$1")" | awk 'NR == 2 { print int($4 / 1024) }'; }

check_disk_program() {
    free=$(free_for "$prefix")
    if [ "$free" -ge 400 ]; then result 0 "$prefix, $free MiB"; else result 2 "$prefix, $free MiB"; fi
}

check_disk_state() {
    free=$(free_for "$state_dir")
    if [ "$free" -ge 1024 ]; then
        result 0 "$state_dir, $free MiB"
    elif [ "$free" -ge 200 ]; then
        result 1 "$state_dir, $free MiB"
    else
        result 2 "$state_dir, $free MiB"
    fi
}

check_noexec() {
    options=$(awk -v target="$(standing "$prefix")" '
        { path = $2 == "/" ? "/" : $2 "/" }
        index(target "/", path) == 1 && length(path) >= longest { longest = length(path); options = $4 }
        END { print options }' /proc/mounts)
    case ,$options, in
        *,noexec,* | *,ro,*) result 2 "$prefix: $options" ;;
        *) result 0 ;;
    esac
}

check_confinement() {
    if [ "$(cat /sys/fs/selinux/enforce 2>/dev/null)" = 1 ]; then
        result 1 SELinux
    elif [ -e /sys/module/apparmor ]; then
        result 0 AppArmor
    else
        result 0
    fi
}

check_memory() {
    memory=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
    if [ "$memory" -ge 900 ]; then result 0 "$memory MiB"; else result 1 "$memory MiB"; fi
}

check_clock() {
    moment=$(date -u '+%Y-%m-%d %H:%M UTC')
    if [ "$(date +%s)" -lt "$(cat "$share/built")" ]; then
        result 2 "$moment"
    elif [ "$(timedatectl show -p NTPSynchronized --value 2>/dev/null)" = no ]; then
        result 1 "$moment"
    else
        result 0 "$moment"
    fi
}

# Host and port that have to be reached: the proxy where there is one, else the centre.
find_peer() {
    if [ -z "$centre" ] && [ -n "$ticket" ]; then
        read_ticket "$ticket"
        centre=$ticket_centre
    fi
    peer=${proxy:-$centre}
    case $peer in https://*) port=443 ;; *) port=80 ;; esac
    peer=${peer#*://}
    peer=${peer%%/*}
    peer=${peer##*@}
    host=$peer
    case $peer in
        \[*\]:*) port=${peer##*:} host=${peer%:*} ;;
        \[*\]) ;;
        *:*) port=${peer##*:} host=${peer%:*} ;;
    esac
    host=$(printf '%s' "$host" | tr -d '[]')
}

# An address is no name: nobody has to know it.
is_address() {
    case $1 in
        *:*) ;;
        *[!0-9.]*) return 1 ;;
        *.*.*.*) ;;
        *) return 1 ;;
    esac
}

check_dns() {
    find_peer
    if [ -z "$host" ] || is_address "$host"; then
        result 3 "$host"
    elif getent ahosts "$host" >/dev/null 2>&1; then
        result 0 "$host"
    else
        result 2 "$host"
    fi
}

check_tcp() {
    find_peer
    if [ -z "$host" ] || ! command -v bash >/dev/null 2>&1 || ! command -v timeout >/dev/null 2>&1; then
        result 3
    elif timeout 10 bash -c ': <"/dev/tcp/$1/$2"' - "$host" "$port" 2>/dev/null; then
        result 0 "$host:$port"
    else
        result 2 "$host:$port"
    fi
}

check_existing() {
    installed=$(installed_name)
    if [ -z "$installed" ]; then
        result 0
    elif [ -x "$prefix/versions/$installed/bin/sinergi" ]; then
        result 1 "$installed"
    else
        result 2 "$installed"
    fi
}

# Two owners of one installation would undo each other's work; a foreign `sinergi` is not ours to replace.
check_owner() {
    if [ -e /var/lib/dpkg/info/sinergi.list ] && [ "$verb" != package ]; then
        result 2 dpkg
    elif [ -e "$command_link" ] && [ ! -L "$command_link" ]; then
        result 2 "$command_link"
    else
        result 0
    fi
}
