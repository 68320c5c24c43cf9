# What comes after the code: the events of dropped files, whose key the running app has made, and whether it works.
# azd sets the outputs of infra/main.bicep as variables.
$ErrorActionPreference = 'Stop'

npm run deploy -- events
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
$env:FUNCTION_KEY = az functionapp keys list --resource-group $env:AZURE_RESOURCE_GROUP --name $env:FUNCTION_APP_NAME --query functionKeys.default --output tsv
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
# A synthetic file has no place where real numbers are.
if ($env:PIPELINE_ENV -eq 'production') { npm run smoke } else { npm run smoke -- --drop }
exit $LASTEXITCODE
