#include "commands.h"

static const char bash_script[] =
    "# slipway completion for bash: source <(slipway completion bash)\n"
    "_slipway() {\n"
    "    local words=(\"${COMP_WORDS[@]:1:COMP_CWORD}\") line program=${COMP_WORDS[0]/#\\~/$HOME}\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r line; do\n"
    "        case $line in\n"
    "        :dir) compopt -o nospace; mapfile -t COMPREPLY < <(compgen -d -- \"$2\") ;;\n"
    "        :*) compopt -o default ;;\n"
    "        *) COMPREPLY+=(\"$line\") ;;\n"
    "        esac\n"
    "    done < <(\"$program\" __complete \"${words[@]}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _slipway slipway\n";

static const char zsh_script[] =
    "#compdef slipway\n"
    "# slipway completion for zsh: source <(slipway completion zsh)\n"
    "_slipway() {\n"
    "    local -a candidates; local line program=${~words[1]}\n"
    "    while IFS= read -r line; do\n"
    "        case $line in\n"
    "        :dir) _files -/ ;;\n"
    "        :*) _files ;;\n"
    "        *) candidates+=(\"$line\") ;;\n"
    "        esac\n"
    "    done < <($program __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
    "    (( $#candidates )) && compadd -a candidates\n"
    "}\n"
    "if [[ ${funcstack[1]} == _slipway ]]; then _slipway \"$@\"; else compdef _slipway slipway; "
    "fi\n";

static const char fish_script[] =
    "# slipway completion for fish: slipway completion fish | source\n"
    "function __slipway_complete\n"
    "    set -l words (commandline -opc) (commandline -ct)\n"
    "    for line in (eval $words[1] __complete (string escape -- $words[2..-1]) 2>/dev/null)\n"
    "        switch $line\n"
    "            case ':dir'; __fish_complete_directories (commandline -ct)\n"
    "            case ':*'; __fish_complete_path (commandline -ct)\n"
    "            case '*'; echo $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c slipway -f -a '(__slipway_complete)'\n";

static const struct {
    const char *name, *script;
} shells[] = { { "bash", bash_script }, { "zsh", zsh_script }, { "fish", fish_script } };

static ExitCode run(Cli *cli, const void *options)
{
    (void) options;
    for (size_t i = 0; cli->arg_count && i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(cli->args[0], shells[i].name) == 0) {
            cli_print(cli, str_from(shells[i].script));
            return EXIT_OK;
        }
    }
    cli_errorf(cli, "expected a shell: bash, zsh or fish");
    return EXIT_USAGE;
}

const Command command_completion = {
    .name = "completion",
    .summary = "Print the completion script of a shell",
    .arguments = "bash|zsh|fish",
    .examples = "source <(slipway completion bash)\n"
                "slipway completion fish > ~/.config/fish/completions/slipway.fish",
    .max_args = 1,
    .complete = "bash|zsh|fish",
    .run = run,
};

static ExitCode run_complete(Cli *cli, const void *options)
{
    (void) options;
    return cli_complete(cli, commands);
}

const Command command_complete = {
    .name = "__complete",
    .summary = "Answer a shell's completion script",
    .is_hidden = true,
    .is_raw = true,
    .max_args = SIZE_MAX,
    .run = run_complete,
};
