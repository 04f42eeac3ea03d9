# shellcheck shell=sh disable=SC2154 # variables are those of `setup`
# What a person reads: every sentence stands in messages.tsv, in both languages.

# The sentence of key $1, its \n as line ends; empty where there is none.
sentence() {
    awk -F '\t' -v key="$1" -v column="$([ "$lang" = en ] && echo 3 || echo 2)" \
        '$1 == key { print $column; found = 1; exit } END { exit !found }' "$here/messages.tsv"
}

# Prints the sentence of key $1 with its values.
say() {
    said=$(sentence "$1") || said="$1"
    shift
    # shellcheck disable=SC2059 # the sentence is the form of what is printed
    printf "$said\n" "$@"
}

# Ends with code $1: what happened (key $2 with its values), and what to do (key $2.do).
fail() {
    exit_code=$1 key=$2
    shift 2
    {
        say failed "$(say "$key" "$@")"
        say to_do "$(say "$key.do")"
        say help_line
    } >&2
    exit "$exit_code"
}

# Whether a person says yes to key $1, or says nothing; without a person only --yes does.
agreed() {
    hear "$@"
    case $answer in '' | [yY]*) return 0 ;; *) return 1 ;; esac
}

# Whether a person says yes in so many words to key $1, where what goes does not come back by itself.
insisted() {
    hear "$@"
    case $answer in [yY]*) return 0 ;; *) return 1 ;; esac
}

hear() {
    question=$1 answer=yes
    shift
    [ -z "$yes" ] || return 0
    [ -t 0 ] || fail 2 nobody_to_ask
    printf '%s ' "$(say "$question" "$@")"
    read -r answer || answer=no
}
