#!/usr/bin/env bash
# Tells the pull request that a commit of main came from why it was not deployed: the job, the first error, and where to
# read on. From the environment: GH_TOKEN, GH_REPO, and what GitHub sets in every run.
set -euo pipefail

pull_request=$(gh api "repos/$GH_REPO/commits/$GITHUB_SHA/pulls" --jq '.[0].number // empty')
if [ -z "$pull_request" ]; then
  echo "::warning::$GITHUB_SHA came from no pull request: nobody is told but by this run."
  exit 0
fi
job=$(gh api "repos/$GH_REPO/actions/runs/$GITHUB_RUN_ID/jobs" --paginate --jq '.jobs[] | select(.conclusion == "failure") | "\(.id)\t\(.name)"' | head -n 1)
id=${job%%$'\t'*}
name=${job#*$'\t'}
log=$(mktemp)
body=$(mktemp)
trap 'rm -f "$log" "$body"' EXIT
# The log of a job is there as soon as the job has ended; without it the link has to do.
gh api "repos/$GH_REPO/actions/jobs/$id/logs" >"$log" 2>/dev/null || true
# The marker that GitHub puts before each error, or else the first line that looks like one; never a whole log.
error=$(sed 's/^[0-9T:.-]*Z //' "$log" | grep -m 1 -E '^(##\[error\]|FAILED|Error:|✗|npm error)' | cut -c 1-500 | tr -d '\140' || true)
{
  echo "**This change was not deployed**: \`$name\` failed."
  echo
  if [ -n "$error" ]; then
    printf '```\n%s\n```\n\n' "$error"
  fi
  echo "[The run]($GITHUB_SERVER_URL/$GH_REPO/actions/runs/$GITHUB_RUN_ID) · [what to do]($GITHUB_SERVER_URL/$GH_REPO/blob/main/docs/runbooks/rollback-deployment.md)"
} >"$body"
gh api --method POST "repos/$GH_REPO/issues/$pull_request/comments" --field body=@"$body" --silent
