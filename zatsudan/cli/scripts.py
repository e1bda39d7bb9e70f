"""The scripts that make a shell ask the program at every Tab: shells.py answers them."""

_BASH = r"""# In ~/.bashrc: eval "$(zatsudan completion bash)"
_zatsudan() {
    local line kind=
    COMPREPLY=()
    # A program of the current directory is not run for a mere Tab.
    [[ $(type -P zatsudan) == [!/]* ]] && return
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
    done < <(zatsudan completion --candidates bash \
        "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    case $kind in
        files) compopt -o default 2>/dev/null ;;
        open) compopt -o nospace 2>/dev/null ;;
    esac
}
complete -F _zatsudan zatsudan
"""

_ZSH = r"""#compdef zatsudan
# In ~/.zshrc, below compinit: eval "$(zatsudan completion zsh)"
_zatsudan() {
    local line
    local -a lines values shown
    # A program of the current directory is not run for a mere Tab.
    [[ $(whence -p zatsudan) == [^/]* ]] && return
    lines=("${(@f)$(zatsudan completion --candidates zsh \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    [[ $lines[1] == files ]] && { _files; return }
    for line in "${(@)lines[2,-1]}"; do
        values+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
    done
    if [[ $lines[1] == open ]]; then
        compadd -S '' -l -d shown -a values
    else
        compadd -l -d shown -a values
    fi
}
if [[ $funcstack[1] == _zatsudan ]]; then
    _zatsudan "$@"
else
    compdef _zatsudan zatsudan
fi
"""

_FISH = r"""# In ~/.config/fish/config.fish: zatsudan completion fish | source
function __zatsudan_candidates
    # A program of the current directory is not run for a mere Tab.
    set -l found (command -s zatsudan)
    test -n "$found"; and not string match -q '/*' -- $found; and return
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (zatsudan completion --candidates fish $words[2..] 2>/dev/null)
    if test "$lines[1]" = files
        __fish_complete_path $words[-1]
    else if set -q lines[2]
        printf '%s\n' $lines[2..]
    end
end
complete -c zatsudan -f -a '(__zatsudan_candidates)'
"""

# PowerShell 5 loses an empty argument: the word at the cursor stands behind a colon.
_POWERSHELL = r"""# In $PROFILE: zatsudan completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName zatsudan -ScriptBlock {
    param($typed, $ast, $at)
    $found = Get-Command zatsudan -CommandType Application -ErrorAction Ignore
    $program = @($found)[0].Path
    # A program of the current directory is not run for a mere Tab.
    if (-not $program -or -not [IO.Path]::IsPathRooted($program)) { return }
    $words = @($ast.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $at } |
        ForEach-Object { if ($null -ne $_.Value) { "$($_.Value)" } else { "$_" } })
    $lines = @(& $program completion --candidates powershell @words ":$typed" 2>$null)
    if ($lines[0] -eq 'files') {
        [Management.Automation.CompletionCompleters]::CompleteFilename($typed)
        return
    }
    $lines | Select-Object -Skip 1 | ForEach-Object {
        $value, $text = $_ -split "`t", 2
        if (-not $text) { $text = $value }
        $written = if ($value -match '[^\w.:/=+-]') { "'" + ($value -replace "'", "''") + "'" }
            else { $value }
        [Management.Automation.CompletionResult]::new($written, $value, 'ParameterValue', $text)
    }
}
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}
