# shellcheck shell=sh disable=SC2154 # variables are those of `setup`
# Installing: a second run changes nothing that is right already. Everything after `--` goes to `sinergi init`.

sinergi() { "$prefix/current/bin/sinergi" "$@"; }

install_agent() {
    [ -n "${SINERGI_BUNDLE:-}" ] || fail 2 needs_bundle
    name=$SINERGI_BUNDLE_NAME
    require_ticket_file
    require_ticket
    [ -z "$ca" ] || [ -r "$ca" ] || fail 5 ca_unreadable "$ca"
    [ -z "$proxy_password" ] || [ -r "$proxy_password" ] || fail 5 proxy_password_unreadable "$proxy_password"
    require_checks
    before=$(installed_name)
    agreed install_question "$version" "$prefix" || {
        say nothing_changed
        exit 0
    }
    alone
    make_user
    unpack_tree
    self_test
    if [ -n "$before" ] && [ "$before" != "$name" ]; then
        upgrade_from "$before"
    else
        switch_to "$name"
    fi
    say installed "$name" "$prefix"
    set_up "$@"
    finish
}

# The package manager has unpacked the tree, the unit and the command.
install_package() {
    name=$(basename "$(dirname "$share")")
    require_checks
    make_user
    lead current "$name"
    ! systemd_runs || {
        systemctl daemon-reload
        systemctl --quiet enable sinergi.service
        ! is_set_up || systemctl restart sinergi.service
    }
}

# Settings and keys, made once; a ticket says where the centre is.
set_up() {
    if is_set_up; then
        [ $# = 0 ] || say options_unused "$*"
        [ -z "$ticket" ] || introduce
        return 0
    fi
    [ -n "$ticket" ] || [ -n "$yes" ] || ask_ticket
    if [ -z "$ticket" ] && [ $# = 0 ]; then
        say not_set_up
        exit 0
    fi
    if [ -n "$ca" ]; then
        cp "$ca" "$config_dir/ca.pem"
        chmod 0644 "$config_dir/ca.pem"
        set -- --ca-file "$config_dir/ca.pem" "$@"
    fi
    [ -z "$proxy" ] || set -- --proxy "$proxy" "$@"
    [ -z "$proxy_password" ] || set -- --proxy-password-file "$proxy_password" "$@"
    case " $* " in *' --database '* | *' --mobile '*) ;; *) set -- --mobile "$@" ;; esac
    [ -z "$ticket" ] || set -- --ticket-file "$ticket" "$@"
    # Its own advice is for a server on which nothing else happens; here the service enrols by itself.
    sinergi init --yes --json --lang "$lang" "$@" >/dev/null || fail 5 init_failed
    tell_settings "$@"
    ask_proxy_password
}

# The budget year that was chosen, and what is still to be done for the database's access.
tell_settings() {
    settings=$config_dir/agent.toml
    say settings_made "$settings" "$(sed -n 's/^tahun = //p' "$settings")"
    if ! grep -q '^\[database\]' "$settings"; then
        say access_mobile
        return 0
    fi
    case " $* " in *' --password-file'[\ =]*) return 0 ;; esac
    ! grep -q '^user = ' "$settings" || say access_here
}

# A proxy with a user, and nobody has said the password: it is typed now, and never stands on a command line.
ask_proxy_password() {
    case $proxy in *@*) ;; *) return 0 ;; esac
    [ -z "$proxy_password$yes" ] && [ -t 0 ] || return 0
    sinergi access set --proxy --lang "$lang" || :
}

# A node that is set up already, and has got a ticket now.
introduce() {
    worked=0
    sinergi enrol --yes --lang "$lang" --ticket-file "$ticket" || worked=$?
    case $worked in 0 | 4) ;; *) fail "$worked" enrol_failed ;; esac
}

ask_ticket() {
    [ -t 0 ] || return 0
    say ticket_question
    read -r pasted || pasted=''
    [ -n "$pasted" ] || return 0
    ticket=$share/ticket
    (umask 077 && printf '%s\n' "$pasted" >"$ticket")
}

# The service runs and says how it is; the exit code is that of `sinergi status`.
finish() {
    if ! systemd_runs; then
        say not_started
        exit 0
    fi
    [ "$(systemctl is-active sinergi.service)" = active ] || systemctl start --no-block sinergi.service
    deadline=$(($(date +%s) + patience)) calls_for_you=0
    until reached; do
        [ "$(date +%s)" -lt "$deadline" ] || break
        sleep 1
    done
    sinergi status --lang "$lang" && exit 0 || exit $?
}

# The centre has answered; or somebody has to do something, and not only because the service has just begun.
reached() {
    status_code
    case $status in
        0 | 4) ;;
        5) [ $((calls_for_you += 1)) -ge 20 ] ;;
        *) return 1 ;;
    esac
}
