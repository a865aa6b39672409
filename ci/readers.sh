#!/bin/sh
# ci/readers.sh - hostile results through the programs that read our reports: xmllint, and from npm
# xunit-viewer, junit-report-merger, junit2json, tap-parser, ajv with the schemas of CTRF and of our
# own JSON result. What each checks is in ci/readers.mjs. Skipped, with a sentence, without node,
# npm or network.
set -eu
cd "$(dirname "$0")/.."

if ! modules=$(ci/npm.sh xunit-viewer@10 junit-report-merger@9 junit2json@4 xml2js@0 tap-parser@18 ajv@8 \
	ajv-formats@3 ctrf@0 2>&1); then
	echo "readers: skipped: $modules"
	exit 0
fi
trap '[ -n "${LENSGATE_NODE_MODULES-}" ] || rm -rf "${modules%/node_modules}"' EXIT
LENSGATE_NODE_MODULES=$modules node ci/readers.mjs build/lensgate
