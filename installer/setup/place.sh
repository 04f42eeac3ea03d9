# shellcheck shell=sh disable=SC2154 # variables are those of `setup`
# Where things lie: /opt/sinergi/versions/NAME, one folder a build; `current` and `previous` are links that move in one step.

installed_name() {
    link=$(readlink "$prefix/current" 2>/dev/null) || return 0
    basename "$link"
}

# Nobody else installs at the same time.
alone() {
    mkdir -p "$prefix/versions"
    exec 9>"$prefix/.lock"
    flock -n 9 || fail 1 busy
}

make_user() {
    id sinergi >/dev/null 2>&1 ||
        useradd --system --user-group --no-create-home --home-dir "$state_dir" --shell /usr/sbin/nologin sinergi >/dev/null ||
        fail 1 no_user
    mkdir -p "$config_dir"
    mkdir -p "$state_dir"
    chmod 0700 "$state_dir"
    chown sinergi:sinergi "$state_dir"
    # Left behind by an earlier installation whose user had another number.
    find "$state_dir" ! -user sinergi -exec chown -h sinergi:sinergi {} +
}

# Whether every file of the tree $1 is as it was built.
whole_tree() {
    [ -e "$1/share/files.sha256" ] && (cd "$1" && sha256sum -c --quiet share/files.sha256) >/dev/null 2>&1
}

# The tree of this bundle, in its own folder; one that is whole already stays.
unpack_tree() {
    place=$prefix/versions/$name
    ! whole_tree "$place" || return 0
    rm -rf "$prefix"/versions/.new-*
    new=$prefix/versions/.new-$$
    mkdir "$new"
    say unpacking "$place"
    tail -c "+$((SINERGI_TREE_AT + 1))" "$SINERGI_BUNDLE" 2>/dev/null | head -c "$SINERGI_TREE_BYTES" | tar -xzf - -C "$new" || :
    whole_tree "$new" || {
        rm -rf "$new"
        fail 1 not_unpacked "$place"
    }
    rm -rf "$place"
    mv -T "$new" "$place"
    chmod 0755 "$place"
    ! command -v restorecon >/dev/null 2>&1 || restorecon -R "$place" || :
    sync
}

# Lets the link $prefix/$1 lead to the build $2, in one step.
lead() {
    ln -s "versions/$2" "$prefix/.$1-$$"
    mv -T "$prefix/.$1-$$" "$prefix/$1"
}

# Makes the build $1 the one that runs from now on: link, unit and command.
switch_to() {
    lead current "$1"
    mkdir -p "$unit_dir" "$(dirname "$command_link")"
    sed "s|/opt/sinergi/|$prefix/|g" "$prefix/current/share/systemd/sinergi.service" >"$unit_dir/.sinergi.service-$$"
    mv "$unit_dir/.sinergi.service-$$" "$unit_dir/sinergi.service"
    ln -sfn "$prefix/current/bin/sinergi" "$command_link"
    link_local
    ! systemd_runs || systemctl daemon-reload
    ! command -v systemctl >/dev/null 2>&1 || systemctl --quiet enable sinergi.service 2>/dev/null || :
}

# Pages, manual pages and completion: links from /usr/local/share into the build that runs; a file of somebody else's stays.
link_local() {
    unlink_local
    [ ! -d "$prefix/current/share/doc" ] || link_one doc doc/sinergi
    [ -d "$prefix/current/share/local" ] || return 0
    find "$prefix/current/share/local/" -type f -printf '%P\n' | while read -r each; do
        link_one "local/$each" "$each"
    done
}

# share/$1 of the build that runs, seen as $2 below /usr/local/share.
link_one() {
    mkdir -p "$(dirname "$local_dir/$2")"
    [ -e "$local_dir/$2" ] || ln -sfn "$prefix/current/share/$1" "$local_dir/$2"
}

unlink_local() {
    [ ! -d "$local_dir" ] || find "$local_dir" -type l -lname "$prefix/current/*" -delete
}

systemd_runs() { [ -n "$start" ] && [ -d /run/systemd/system ]; }

is_set_up() { [ -e "$config_dir/agent.toml" ]; }

# Builds that are neither current nor previous.
remove_old_builds() {
    for each in "$prefix"/versions/*; do
        case $(basename "$each") in
            "$(installed_name)" | "$(basename "$(readlink "$prefix/previous" || echo -)")") ;;
            *) rm -rf "$each" ;;
        esac
    done
}
