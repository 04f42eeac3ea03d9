# shellcheck shell=sh disable=SC2154,SC2034 # variables are those of `setup`
# The install ticket, as far as it can be looked at before the agent is there: whether it is whole, of which centre, until when.
#
# Bech32m: "tiket1", five-bit letters, the last six of them a checksum. Fifty-five bytes come before the address, and of these
# the last six are four of the time (Unix seconds) and two of the Pemda. Whatever else a ticket must be, `sinergi` looks at.

# Leaves $ticket_state (good, expired, damaged, foreign), $ticket_centre and $ticket_until.
read_ticket() {
    ticket_centre='' ticket_until=0
    pasted=$(head -c 2000 "$1" | tr '\000' '?' | tr -d '[:space:]\034-\037')
    case $pasted in
        [Tt][Ii][Kk][Ee][Tt]1*) ticket_state=damaged ;;
        *) ticket_state=foreign && return 0 ;;
    esac
    case $pasted in *[[:lower:]]*[[:upper:]]* | *[[:upper:]]*[[:lower:]]*) return 0 ;; esac
    read_letters "$(printf '%s' "${pasted#??????}" | tr '[:upper:]' '[:lower:]')"
    [ "$checksum" = $((0x2bc830a3)) ] || return 0
    ticket_state=good
    [ "$ticket_until" -ge "$(date +%s)" ] || ticket_state=expired
}

# The data part, letter by letter; a letter that is none of the alphabet leaves a checksum of 0.
read_letters() {
    rest=$1 checksum=1 buffer=0 held=0 bytes=0 characters=''
    for value in 3 3 3 3 3 0 20 9 11 5 20; do add_to_checksum "$value"; done
    while [ -n "$rest" ]; do
        after=${rest#?}
        before=${letters%%"${rest%"$after"}"*}
        [ ${#before} -lt 32 ] || { checksum=0 && return 0; }
        add_to_checksum ${#before}
        [ ${#after} -lt 6 ] || add_to_bytes ${#before}
        rest=$after
    done
    [ -z "$characters" ] || ticket_centre=$(printf '%b' "$characters")
}

add_to_checksum() {
    top=$((checksum >> 25))
    checksum=$(((checksum & 0x1ffffff) << 5 ^ $1))
    checksum=$((checksum ^ (top & 1) * 0x3b6a57b2 ^ (top >> 1 & 1) * 0x26508e6d ^ (top >> 2 & 1) * 0x1ea119fa))
    checksum=$((checksum ^ (top >> 3 & 1) * 0x3d4233dd ^ (top >> 4 & 1) * 0x2a1462b3))
}

add_to_bytes() {
    buffer=$((buffer << 5 | $1)) held=$((held + 5))
    [ "$held" -ge 8 ] || return 0
    held=$((held - 8)) bytes=$((bytes + 1))
    byte=$((buffer >> held)) buffer=$((buffer & (1 << held) - 1))
    if [ "$bytes" -gt 55 ]; then
        # Only what can stand in an address: nothing that a terminal or a shell would act upon.
        case $byte in 4[5-9] | 5[0-8] | 6[5-9] | [78]? | 9[013789] | 1[01]? | 12[0-2])
            characters="$characters\\0$((byte / 64))$((byte / 8 % 8))$((byte % 8))" ;;
        esac
    elif [ "$bytes" -gt 49 ] && [ "$bytes" -le 53 ]; then
        ticket_until=$((ticket_until * 256 + byte))
    fi
}

# Shown with the other checks, but without a place in the diagnosis code: what helps is another copy, or another ticket.
check_ticket() {
    [ -n "$ticket" ] || return 0
    read_ticket "$ticket"
    until_day=$(TZ=WIB-7 date -d "@$ticket_until" '+%Y-%m-%d %H:%M WIB' 2>/dev/null || echo "@$ticket_until")
    case $ticket_state in
        good) result 0 "$ticket_centre, $until_day" ;;
        expired) result 1 "$ticket_centre, $until_day" ;;
        *) result 2 "$ticket" ;;
    esac
    show_check ticket
    [ "$found" != 2 ] || in_the_way=$((in_the_way + 1))
}

require_ticket_file() { [ -z "$ticket" ] || [ -r "$ticket" ] || fail 5 ticket_unreadable "$ticket"; }

# Before anything is installed; whether its time is over is for the centre to say, which has a better clock.
require_ticket() {
    [ -n "$ticket" ] || return 0
    read_ticket "$ticket"
    case $ticket_state in good | expired) ;; *) fail 5 ticket_damaged "$ticket" ;; esac
}
