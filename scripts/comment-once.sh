#!/usr/bin/env bash
# Puts a file on a pull request as a comment, in place of the comment of the same name that it may have.
# Called as: comment-once.sh NAME FILE. From the environment: GH_TOKEN, GH_REPO, PULL_REQUEST.
set -euo pipefail

name=$1
file=$2
mark="<!-- $name -->"
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{ printf '%s\n' "$mark"; cat "$file"; } >"$body"
former=$(gh api --paginate "repos/$GH_REPO/issues/$PULL_REQUEST/comments" --jq ".[] | select(.body | startswith(\"$mark\")) | .id" | head -n 1)
if [ -n "$former" ]; then
  gh api --method PATCH "repos/$GH_REPO/issues/comments/$former" --field body=@"$body" --silent
else
  gh api --method POST "repos/$GH_REPO/issues/$PULL_REQUEST/comments" --field body=@"$body" --silent
fi
