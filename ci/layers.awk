# layers.awk - fail when a file includes a layer that is not below its own, or a
# library outside its home.
# Use: awk -f ci/layers.awk runner/*.[ch] runner/*/*.[ch] fixtures/target/*.[ch]
BEGIN {
	# Folders of one rank never include each other.
	n = split("base 0 document 1 check 2 suite 3 run 3 plan 4 report 4 scaffold 4 evidence 4 embed 4 " \
		  "exec 5 rls 6 watch 6 cli 7 main.c 8", order)
	for (i = 1; i < n; i += 2)
		rank[order[i]] = order[i + 1]
	# library header -> the paths that may include it
	home["curl/curl.h"] = "^runner/(exec/|cli/|main\\.c)"
	home["libpq-fe.h"] = "^(runner/exec/sql|fixtures/target/)"
	home["yaml.h"] = "^runner/document/"
	home["microhttpd.h"] = "^(runner/watch/serve|fixtures/)"
	home["openssl"] = "^(runner/exec/(token|totp|signature)|runner/base/(base64url|digest)|runner/evidence/|fixtures/target/)"
	home["pcre2.h"] = "^runner/(check|plan)/"
}
FNR == 1 {
	split(FILENAME, part, "/")
	here = part[1] == "runner" ? part[2] : ""
}
/^#include "/ {
	split($2, path, /["\/]/)
	there = path[2]
	if (part[1] == "fixtures") {
		if (there in rank) {
			printf "%s:%d: the target must not include the runner's %s\n", FILENAME, FNR, $2
			bad = 1
		}
	} else if (there != here && (!(there in rank) || rank[there] >= rank[here])) {
		printf "%s:%d: %s must not include %s\n", FILENAME, FNR, here, $2
		bad = 1
	}
}
/^#include </ {
	lib = $2
	gsub(/[<>]/, "", lib)
	key = lib ~ /^openssl\// ? "openssl" : lib
	if (key in home && FILENAME !~ home[key] && FILENAME !~ /_test\.c$/) {
		printf "%s:%d: %s is not at home here\n", FILENAME, FNR, lib
		bad = 1
	}
}
END { exit bad }
