# shellcheck shell=sh disable=SC2154,SC2034 # variables are those of `setup`
# `--check`: every check in turn, and the diagnosis code. Nothing is changed.

# Runs the checks; leaves their results in $results, and the number in the way in $in_the_way. With $1 = quiet only what
# is not well is printed.
run_checks() {
    results='' in_the_way=0
    for each in $checks; do
        "check_$each"
        results="$results $found"
        [ "$found" != 2 ] || in_the_way=$((in_the_way + 1))
        case ${1:-}.$each.$found in quiet.*.[03] | quiet.existing.1) ;; *) show_check "$each" ;; esac
    done
}

show_check() {
    printf '  %s %s%s\n' "$(say "mark.$found")" "$(say "check.$1")" "${detail:+: $detail}"
    case $found in
        1 | 2) printf '      %s\n      %s\n' "$(say "$1.$found")" "$(say "$1.$found.do")" ;;
    esac
}

check_all() {
    require_ticket_file
    say check_title "$version"
    run_checks
    check_ticket
    say check_end "$in_the_way"
    say diagnosis_code "$(diagnosis_code)"
    [ "$in_the_way" = 0 ] || exit 5
}

# Before a change: silence where all is well, and no change where something is in the way.
require_checks() {
    run_checks quiet
    [ "$in_the_way" = 0 ] || {
        say diagnosis_code "$(diagnosis_code)"
        fail 5 checks_failed "$in_the_way"
    }
}
