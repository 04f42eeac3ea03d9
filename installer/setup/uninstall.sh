# shellcheck shell=sh disable=SC2154 # variables are those of `setup`
# Uninstalling: the program goes; settings, identity and outbox stay, so that a new installation is the same node.

uninstall_agent() {
    [ "$(id -u)" = 0 ] || fail 5 not_root
    [ ! -e /var/lib/dpkg/info/sinergi.list ] || fail 5 owner_dpkg
    if [ -n "$purge" ]; then question=purge_question; else question=uninstall_question; fi
    insisted "$question" "$prefix" "$state_dir" || {
        say nothing_changed
        exit 0
    }
    # Said when all is done, but read now: the sentences go with the program.
    if [ -n "$purge" ]; then farewell=$(say purged); else farewell=$(say uninstalled "$config_dir" "$state_dir"); fi
    [ ! -d /run/systemd/system ] || systemctl --quiet disable --now sinergi.service 2>/dev/null || :
    rm -f "$unit_dir/sinergi.service" "$unit_dir/multi-user.target.wants/sinergi.service"
    case $(readlink "$command_link" || :) in "$prefix"/*) rm -f "$command_link" ;; esac
    unlink_local
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    rm -rf "$prefix/versions" "$prefix/current" "$prefix/previous" "$prefix/.lock"
    rmdir "$prefix" 2>/dev/null || :
    if [ -n "$purge" ]; then
        rm -rf "$state_dir" "$config_dir" "$run_dir" "$unit_dir/sinergi.service.d"
        userdel sinergi 2>/dev/null || :
    fi
    printf '%s\n' "$farewell"
}
