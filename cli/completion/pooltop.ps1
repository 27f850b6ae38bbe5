# PowerShell completion for pooltop
#
# It evaluates neither the typed words nor the completions.

Register-ArgumentCompleter -Native -CommandName pooltop -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $program = "$($commandAst.GetCommandName())"
    if ($program -notmatch '[\\/]') { $program = 'pooltop' }
    $words = @()
    $typed = ''
    foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
        if ($element.Extent.StartOffset -ge $cursorPosition) { break }
        $text = $element.Extent.Text
        if ($element.GetType().Name -in 'StringConstantExpressionAst', 'ExpandableStringExpressionAst') {
            $text = $element.Value # without quotes, and not expanded
        }
        if ($element.Extent.EndOffset -lt $cursorPosition) { $words += $text } else { $typed = $text }
    }
    $flag = ''
    if ($typed -match '^-[\w-]+=') { $flag = $Matches[0] }

    # Unless it passes arguments unchanged, PowerShell drops empty ones.
    $passing = Get-Variable -Name PSNativeCommandArgumentPassing -ValueOnly -ErrorAction Ignore
    $last = $typed
    if ($last -eq '' -and "$passing" -notin 'Standard', 'Windows') { $last = '""' }

    $full = $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage'
    $encoding = $null
    if ($full) {
        $encoding = [Console]::OutputEncoding
        [Console]::OutputEncoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    }
    try {
        $lines = @(& $program __complete @words $last 2>$null)
    } finally {
        if ($full) { [Console]::OutputEncoding = $encoding }
    }

    if ($lines.Count -eq 0 -or $lines[-1] -notmatch '^:[0-9]+$') { return '' }
    $directive = [int]$lines[-1].Substring(1)
    $found = @(foreach ($line in $lines) {
        $word, $about = $line.Split("`t", 2)
        if ($word -cnotmatch '^[-#]?\w[\w.:/@+,=-]*$') { continue } # the last line, or a word that needs quotes
        $text = $flag + $word
        if ($text.StartsWith('#')) { $text = "'$text'" } # not a comment
        if (-not $about) { $about = $word }
        if ($full) {
            New-Object -TypeName System.Management.Automation.CompletionResult -ArgumentList $text, $word, 'ParameterValue', $about
        } else {
            $text
        }
    })
    if ($found.Count -gt 0) { return $found }
    # PowerShell completes files if there is no result.
    if ($directive -band 4) { return '' }
}
