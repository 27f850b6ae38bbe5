#compdef pooltop
compdef _pooltop pooltop

# zsh completion for pooltop
#
# It evaluates neither the typed words nor the completions.

_pooltop() {
    local program=${(Q)words[1]} directive line word
    local -a args lines found space
    [[ $program == */* ]] || program=pooltop
    program=${program/#\~\//$HOME/}
    for word in "${(@)words[2,CURRENT-1]}"; do
        args+=("${(Q)word}")
    done
    args+=("${(Q)PREFIX}")
    lines=("${(@f)$("$program" __complete "$args[@]" 2>/dev/null)}")
    directive=$lines[-1]
    lines[-1]=()
    [[ $directive == :<-> ]] || return 1
    directive=${directive#:}
    (( directive & 1 )) && return 1
    (( directive & 2 )) && space=(-S '')

    [[ $PREFIX == -*=* ]] && compset -P 1 '*='
    for line in $lines; do
        word=${${line%%$'\t'*}//:/\\:}
        [[ $line == *$'\t'* ]] && word+=:${line#*$'\t'}
        found+=("$word")
    done
    if (( $#found )); then
        _describe -V completion found "$space[@]"
    elif (( directive & 16 )); then
        _files -/
    elif (( directive & 4 )); then
        return 1
    else
        _files
    fi
}

# An autoloaded file is the body of the function.
[[ $funcstack[1] != _pooltop ]] || _pooltop
