# shellcheck shell=sh disable=SC2154 # variables are those of `setup`
# Upgrading: try the new build, switch, look whether the service is as well as before, and go back by itself if it is not.

# The new build on this server: every module, the settings, and a copy of the state.
self_test() {
    tested=$(runuser -u sinergi -- "$place/bin/python3.13" -I -B "$place/share/setup/self_test.py" "$config_dir/agent.toml" 2>&1) || {
        printf '%s\n' "$tested" | tail -n 5 >&2
        [ "$name" = "$(installed_name)" ] || rm -rf "$place"
        fail 1 self_test_failed "$name"
    }
}

# Sets $status to the exit code of `sinergi status`, and $answered to the time of the centre's last answer.
status_code() {
    status=0
    report=$(sinergi status --json 2>/dev/null) || status=$?
    answered=$(printf '%s\n' "$report" | sed -n 's/.*"last_answer_at": "\([^"]*\)".*/\1/p')
}

# How far from well an exit code is.
rank() {
    case $1 in 0) echo 0 ;; 1) echo 1 ;; 4) echo 2 ;; 5) echo 3 ;; *) echo 4 ;; esac
}

# As well as with exit code $1 before, and in touch with the centre since the moment $2 where it was in touch before.
as_well_as() {
    [ "$(systemctl is-active sinergi.service)" = active ] || return 1
    status_code
    [ "$(rank "$status")" -le "$(rank "$1")" ] || return 1
    case $1 in
        0 | 4) awk -v one="$2" -v other="$answered" 'BEGIN { exit !(one "" <= other "") }' ;;
    esac
}

main_pid() { systemctl show -p MainPID sinergi.service; }

# Restarts, and waits until the service is as well as with exit code $1; it has to stay so for some seconds.
restarts_well() {
    moment=$(date -u '+%Y-%m-%dT%H:%M:%SZ')
    deadline=$(($(date +%s) + patience))
    systemctl restart --no-block sinergi.service
    while [ "$(date +%s)" -lt "$deadline" ]; do
        sleep 1
        as_well_as "$1" "$moment" || continue
        pid=$(main_pid)
        sleep 5
        [ "$(main_pid)" = "$pid" ] && as_well_as "$1" "$moment" && return 0
    done
    return 1
}

upgrade_from() {
    status_code
    was=$status
    say upgrading "$1" "$name"
    switch_to "$name"
    if systemd_runs && is_set_up && ! restarts_well "$was"; then
        say not_healthy "$name"
        systemctl --no-pager --lines 5 status sinergi.service >&2 || :
        switch_to "$1"
        restarts_well "$was" || say still_not_healthy
        rm -rf "$place"
        fail 1 upgrade_undone "$1"
    fi
    lead previous "$1"
    remove_old_builds
}

# Back to the build before, on an operator's wish.
roll_back() {
    [ "$(id -u)" = 0 ] || fail 5 not_root
    current=$(installed_name) earlier=$(basename "$(readlink "$prefix/previous" || echo)")
    [ -d "$prefix/versions/${earlier:-none}" ] || fail 5 nothing_before
    agreed rollback_question "$earlier" || exit 0
    alone
    status_code
    switch_to "$earlier"
    lead previous "$current"
    ! { systemd_runs && is_set_up; } || restarts_well "$status" || say still_not_healthy
    say installed "$earlier" "$prefix"
}
