# Guardian for bash and zsh: screens what an assistant printed in your terminal.
#
#   . ~/guardian.sh            in ~/.bashrc or ~/.zshrc
#   guarded ollama run llama3 "what shall I cook"
#   guard aichat sgpt          from now on these two are always guarded
#
# What the assistant prints comes out as it is printed, and its exit code is kept. What Guardian has to say comes
# behind it, on standard error. Nothing is sent anywhere.

# guarded COMMAND WORDS: run a command, and screen what it printed.
guarded() {
    if [ "$#" -eq 0 ]; then
        echo 'guarded: no command to run' >&2
        return 2
    fi
    command guardian hook exec --as ai -- "$@"
}

# guard NAME...: guard these commands from now on; `command NAME` still runs one without.
guard() {
    for guard_name in "$@"; do
        case $guard_name in
        '' | *[!A-Za-z0-9_.-]* | -* | .*)
            echo "guard: not the name of a command: $guard_name" >&2
            return 2
            ;;
        esac
        eval "function $guard_name { guarded $guard_name \"\$@\"; }"
    done
    unset guard_name
}
