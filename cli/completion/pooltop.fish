# fish completion for pooltop
#
# It evaluates neither the typed words nor the completions.

# Sets __pooltop_words to the completions, or fails if fish should complete files.
function __pooltop_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    string match -q -- '*/*' $program; or set program pooltop
    string match -q -- '~/*' $program; and set program $HOME/(string sub -s 3 -- $program)
    # A quote that is still open cannot be unescaped.
    set typed (string unescape -- "$typed"; or string replace -r -- '^["\']' '' "$typed")

    set -g __pooltop_words
    set -l lines ($program __complete $words "$typed" 2>/dev/null)
    set -l directive $lines[-1]
    set -e lines[-1]
    if set -q lines[1]
        set -l flag (string match -r -- '^-[\w-]+=' "$typed")
        set __pooltop_words "$flag"$lines
    else if test "$directive" = :16
        set __pooltop_words (__fish_complete_directories "$typed" '')
    else if test "$directive" = :0
        return 1
    end
    return 0
end

complete -c pooltop -e
complete -c pooltop -k -f -n __pooltop_complete -a '$__pooltop_words'
