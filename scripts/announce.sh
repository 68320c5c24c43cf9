#!/usr/bin/env bash
# Tells the channel of a deployment. Without a webhook nobody is told, which the log says; a channel that cannot be
# reached stops no deployment.
# From the environment: PIPELINE_ENV, STATE, and SLACK_WEBHOOK, REASON where there are any.
set -euo pipefail

if [ -z "${SLACK_WEBHOOK:-}" ]; then
  echo "No webhook of a channel is set: nobody is told."
  exit 0
fi
text="Deployment to ${PIPELINE_ENV}, ${GITHUB_SHA:0:12}: ${STATE}.${REASON:+ Reason: $REASON.} ${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}"
# The address is a secret, so it is read from standard input and stands in no list of processes.
if ! jq -n --arg text "$text" '{text: $text}' | curl --silent --show-error --fail --max-time 10 --retry 2 \
  --header 'content-type: application/json' --data-binary @- --config <(printf 'url = "%s"\n' "$SLACK_WEBHOOK") >/dev/null; then
  echo "::warning::The channel could not be told: $STATE"
fi
