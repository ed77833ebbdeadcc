# Checks the folder it lies in, on Windows and without Python:
#   powershell -ExecutionPolicy Bypass -File verify.ps1
# Every file against the two lists of sums, and files that stand in no list. It changes nothing.
# Exit status 0: all is as it was packed. 1: what is not, one line each.
$folder = Split-Path -Parent $MyInvocation.MyCommand.Path
$listed = @{}
$faults = 0

foreach ($list in 'manifest-sha256.txt', 'tagmanifest-sha256.txt') {
    $path = Join-Path $folder $list
    if (-not (Test-Path -LiteralPath $path -PathType Leaf)) {
        Write-Output "BROKEN  ${list}: missing"
        $faults++
        continue
    }
    foreach ($line in [System.IO.File]::ReadAllLines($path)) {
        if ($line -cnotmatch '^([0-9a-f]{64})  ([A-Za-z0-9._/-]+)$') {
            Write-Output "BROKEN  ${list}: a line that is none"
            $faults++
            continue
        }
        $sum = $Matches[1]
        $name = $Matches[2]
        $listed[$name] = $true
        $file = Join-Path $folder $name
        if (-not (Test-Path -LiteralPath $file -PathType Leaf)) {
            Write-Output "BROKEN  ${name}: missing"
            $faults++
        }
        elseif ((Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash.ToLower() -cne $sum) {
            Write-Output "BROKEN  ${name}: changed"
            $faults++
        }
        elseif ($name -match '^data/photos/([0-9a-f]+)' -and $Matches[1] -cne $sum) {
            Write-Output "BROKEN  ${name}: not the photo that its name says"
            $faults++
        }
        elseif ($name -like '*record.json') {
            Write-Output ("record  {0} {1} {2}  {3}" -f $sum.Substring(0, 4), $sum.Substring(4, 4), $sum.Substring(8, 4), $name)
        }
    }
}

foreach ($file in Get-ChildItem -LiteralPath $folder -Recurse -Force -File) {
    $name = $file.FullName.Substring($folder.Length).TrimStart('\', '/').Replace('\', '/')
    if (-not $listed.ContainsKey($name) -and -not $name.StartsWith('tagmanifest-sha256.txt')) {
        Write-Output "BROKEN  ${name}: added"
        $faults++
    }
}

if ($faults) { Write-Output 'BROKEN'; exit 1 }
Write-Output "GOOD: $($listed.Count) files"
Write-Output 'Compare each record with the number printed on the signed form.'
exit 0
