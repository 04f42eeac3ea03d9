# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # variables are those of `setup`; results are split on purpose
# The diagnosis code: what the checks found, in twelve letters that can be read out on the telephone.
#
# Fifty bits in five-bit letters, first 3 bits form (1), 2 bits each of the 16 checks in their order, 9 bits systemd, 6 bits glibc
# (after "2."); then ten bits: the value modulo 1021, against a slip of the ear. The letters are those of a node ID.

letters=qpzry9x8gf2tvdw0s3jn54khce6mua7l

letter() { printf '%s' "$letters" | cut -c $(($1 + 1)); }

diagnosis_code() {
    bits=1
    for each in $results; do bits=$((bits * 4 + each)); done
    bits=$(((bits * 512 + ${systemd:-0} % 512) * 64 + ${libc_minor:-0} % 64))
    bits=$((bits * 1024 + bits % 1021))
    text=''
    for place in 1 2 3 4 5 6 7 8 9 10 11 12; do
        text=$(letter $((bits % 32)))$text
        bits=$((bits / 32))
        case $place in 4 | 8) text=-$text ;; esac
    done
    printf '%s' "$text"
}

# What a code says, check by check.
explain_diagnosis() {
    text=$(printf '%s' "$1" | tr '[:upper:]' '[:lower:]' | tr -cd "$letters")
    [ ${#text} = 12 ] || fail 2 code_unknown "$1"
    bits=0
    while [ -n "$text" ]; do
        rest=${text#?}
        before=${letters%%"${text%"$rest"}"*}
        bits=$((bits * 32 + ${#before}))
        text=$rest
    done
    sum=$((bits % 1024)) bits=$((bits / 1024))
    [ "$sum.$((bits >> 47))" = "$((bits % 1021)).1" ] || fail 2 code_unknown "$1"
    say diagnosis_title "$((bits / 64 % 512))" "$((bits % 64))"
    shift_by=45 detail=''
    for each in $checks; do
        found=$(((bits >> shift_by) % 4))
        show_check "$each"
        shift_by=$((shift_by - 2))
    done
}
