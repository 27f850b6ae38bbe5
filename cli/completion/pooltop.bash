# bash completion for pooltop
#
# It evaluates neither the typed words nor the completions.

# Splits text into the array words and removes quotes, without expanding anything. Sets
# quote to the quote that is still open at the end, if any.
__pooltop_split() {
    local text=$1 word='' begun='' char i
    words=() quote=''
    for ((i = 0; i < ${#text}; i++)); do
        char=${text:i:1}
        case $quote$char in
        \' | \") quote=$char begun=1 ;;
        "''" | '""') quote='' ;;
        \\)
            i=$((i + 1))
            word+=${text:i:1}
            ;;
        \"\\)
            [[ ${text:i+1:1} == [\"\\\`\$] ]] && i=$((i + 1))
            word+=${text:i:1}
            ;;
        [[:space:]])
            [[ -z $begun$word ]] || words+=("$word")
            word='' begun=''
            ;;
        *) word+=$char ;;
        esac
    done
    words+=("$word")
}

# Adds descriptions to COMPREPLY.
__pooltop_describe() {
    local longest=0 room about padding i
    for i in "${COMPREPLY[@]}"; do
        ((${#i} <= longest)) || longest=${#i}
    done
    room=$((${COLUMNS:-80} - longest - 4))
    ((room >= 8)) || return 0
    for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
        [[ ${lines[i]} == *$'\t'* ]] || continue
        about=${lines[i]#*$'\t'}
        ((${#about} <= room)) || about=${about:0:room-1}…
        printf -v padding '%*s' $((longest - ${#COMPREPLY[i]})) ''
        COMPREPLY[i]+="$padding  ($about)"
    done
}

__start_pooltop() {
    local words quote program typed rest flag='' word line lines=() directive cut i
    COMPREPLY=()

    # Readline replaces only the part of the word after the last of $COMP_WORDBREAKS.
    __pooltop_split "$2"
    rest=${words[*]}

    __pooltop_split "${COMP_LINE:0:$COMP_POINT}"
    program=${words[0]}
    [[ $program == */* ]] || program=pooltop
    [[ $program != '~/'* ]] || program=$HOME/${program:2}
    while IFS='' read -r line; do
        lines+=("$line")
    done <<<"$("$program" __complete "${words[@]:1}" 2>/dev/null)"
    i=$((${#lines[@]} - 1))
    directive=${lines[i]}
    unset -v 'lines[i]'
    [[ $directive =~ ^:[0-9]+$ ]] || return 0
    directive=${directive:1}
    ((!(directive & 1))) || return 0
    ((!(directive & 2))) || compopt -o nospace 2>/dev/null
    ((!(directive & 4))) || compopt +o default 2>/dev/null
    ((!(directive & 16))) || compopt +o default -o dirnames 2>/dev/null

    typed=${words[${#words[@]} - 1]}
    [[ ! $typed =~ ^-[[:alnum:]-]+= ]] || flag=${BASH_REMATCH[0]}
    cut=$((${#typed} - ${#rest}))
    for ((i = 0; i < ${#lines[@]}; i++)); do
        word=$flag${lines[i]%%$'\t'*}
        word=${word:cut}
        [[ -n $quote ]] || word=${word/#\#/\\#}
        COMPREPLY+=("$word")
    done
    # Menu completion (37) and inserting all completions (42) would insert descriptions.
    if ((${#COMPREPLY[@]} > 1)) && [[ ${COMP_TYPE-} != 37 && ${COMP_TYPE-} != 42 ]]; then
        __pooltop_describe
    fi
}

# Bash before 4.4 cannot keep the order.
complete -o default -o nosort -F __start_pooltop pooltop 2>/dev/null ||
    complete -o default -F __start_pooltop pooltop
