#!/bin/sh
# What comes after the code: the events of dropped files, whose key the running app has made, and whether it works.
# azd sets the outputs of infra/main.bicep as variables.
set -eu

npm run deploy -- events
FUNCTION_KEY=$(az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" --name "$FUNCTION_APP_NAME" --query functionKeys.default --output tsv)
export FUNCTION_KEY
# A synthetic file has no place where real numbers are.
if [ "${PIPELINE_ENV:-dev}" = production ]; then
  npm run smoke
else
  npm run smoke -- --drop
fi
