// Other people's readers over hostile results: nothing in a name, a reply or an error may break a
// report, lose a case or turn red into green.
//
//     node ci/readers.mjs LENSGATE [CORPUS...]
//
// ci/readers.sh calls it, with the packages it needs. A reader that is not installed is named.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const require = createRequire(path.join(process.env.LENSGATE_NODE_MODULES ?? ".", "/"));
const lensgate = path.resolve(process.argv[2]);
const place = fs.mkdtempSync(path.join(os.tmpdir(), "lensgate-readers."));
let failures = 0;

function expect(truth, sentence) {
	if (truth)
		return;
	failures++;
	console.log(`not ok - ${sentence}`);
}

function optional(name) {
	try {
		return require(name);
	} catch (error) {
		console.log(`skipped - ${name}: ${String(error.message).split("\n")[0]}`);
		return null;
	}
}

// ---- the corpus: run records, chained as ours are ----

const HOSTILE = [
	"quotes \" ' ` and <b>&amp;</b> ]]> <![CDATA[ --> <!-- %0A ::error::x",
	"commas, colons: 50% | pipes || tabs\tand\r\nlines\n::set-output name=verdict::PASSED",
	"\u0000\u0001\u0007\u001b[31m\u007f\u009b\ufffe\uffff", "\ud83d\udea2\ud83e\uddea \u202e\u200b\u0301\u00e9",
	"dots.in.a.name...", "  blanks  ", "# SKIP not really", "\\ # todo \\\\", "-".repeat(3000), "\u4e2d\u6587".repeat(200),
];

function record(name, cases) {
	const file = path.join(place, `${name}.jsonl`);
	const out = fs.openSync(file, "w");
	let previous = "0".repeat(64);
	const write = (line) => {
		const text = JSON.stringify({ previous, ...line });
		fs.writeSync(out, `${text}\n`);
		previous = createHash("sha256").update(text).digest("hex");
	};

	write({ record: "header", format: 1, run: { id: "019ab0c4-7d00-7000-8000-0000000000aa",
		started: "2026-11-22T21:35:45.123Z", title: HOSTILE[0], gate: name, command: ["lensgate"] },
		program: { version: "0.1.0" }, environment: { name: HOSTILE[1], host: "127.0.0.1" } });
	for (const one of cases)
		write({ record: "planned", ...one.planned });
	cases.forEach((one, index) => write({ record: "case", index, ...one.settled }));
	write({ record: "footer", elapsed_us: 1000000, ended: "2026-11-22T21:35:46.123Z" });
	fs.closeSync(out);
	return file;
}

const VERDICTS = ["PASS", "FAIL", "ERROR", "SKIP"];

function hostileCase(i, text, body = text) {
	const verdict = VERDICTS[i % 4];
	const exchange = { kind: "http", purpose: "step", step: 1, method: "POST", url: `http://h/${text}`,
		status: 200, request_headers: "Authorization: Bearer <crew token>\r\n", request_body: body,
		response_headers: `X: ${text}\r\n`, response_body: body, response_bytes: body.length,
		timing: { total_us: 1000 } };

	return { planned: { suite: i % 2 ? "s.one" : "s.two", id: `case-${i}`, title: text, group: text,
		persona: "crew", file: "suites/a b,c.yaml", line: i + 1, tags: "a b" },
	settled: { verdict, ...(verdict === "ERROR" && { trouble: "transport" }),
		...(verdict !== "PASS" && { reason: text }), expected: text, actual: `${text}!`, elapsed_us: 1234,
		...(verdict === "FAIL" && { findings: [{ type: "body", pointer: `/${text}`, expected: text,
			actual: text, message: text }, { type: "status", pointer: "", expected: "1", actual: "2",
			message: text }] }),
		exchanges: [exchange] } };
}

const corpora = {
	hostile: HOSTILE.flatMap((text, k) => [0, 1, 2, 3].map((v) => hostileCase(4 * k + v, text))),
	many: Array.from({ length: 10000 }, (_, i) => hostileCase(i, "the same title for all")),
	large: [0, 1, 2].map((i) => hostileCase(i, "a large body", "x<&\u0001".repeat(1250000))),
	none: [],
};

function report(file, kind) {
	const made = path.join(place, `${path.basename(file, ".jsonl")}.${kind}`);
	const done = spawnSync(lensgate, ["report", file, "--report", `${kind}=${made}`], { encoding: "utf8" });

	expect(done.status !== 6 && fs.existsSync(made), `${made}: status ${done.status}: ${done.stderr}`);
	return made;
}

function wanted(cases) {
	const count = (verdict) => cases.filter((one) => one.settled.verdict === verdict).length;

	return { all: cases.length, failed: count("FAIL"), errors: count("ERROR"), skipped: count("SKIP"),
		passed: count("PASS") };
}

// ---- JUnit ----

function byXmllint(name, file) {
	const done = spawnSync("xmllint", ["--noout", "--nonet", "--huge", "--schema",
		"fixtures/golden/junit.xsd", file], { encoding: "utf8" });

	if (done.error)
		console.log("skipped - xmllint is not installed");
	else
		expect(done.status === 0, `${name}: xmllint: ${done.stderr.slice(0, 500)}`);
}

// As dorny/test-reporter 2 reads it (src/parsers/java-junit): names are trimmed unchecked, only the
// first failure of a case and one level of suites are looked at, the first body line is shown.
async function asDorny(name, file, want) {
	const xml2js = optional("xml2js");

	if (!xml2js)
		return;
	const { testsuites } = await xml2js.parseStringPromise(fs.readFileSync(file, "utf8"));
	const suites = testsuites.testsuite ?? [];
	const all = suites.flatMap((suite) => suite.testcase ?? []);
	const seen = new Set();

	for (const suite of suites)
		expect(suite.$.name.trim() && !suite.testsuite, `${name}: a suite without a name, or nested`);
	for (const one of all) {
		const bad = [...(one.failure ?? []), ...(one.error ?? [])];
		const key = `${one.$.classname}\n${one.$.name}`;

		expect(one.$.name.trim() !== "" && one.$.classname, `${name}: a case without names`);
		expect(!seen.has(key), `${name}: ${JSON.stringify(key)} is there twice: GitLab keeps one`);
		expect(!Number.isNaN(parseFloat(one.$.time)), `${name}: no time`);
		expect(bad.length <= 1, `${name}: ${bad.length} failures in a case, one is read`);
		expect(/^[^/\\]/.test(one.$.file) && Number(one.$.line) > 0, `${name}: no place`);
		for (const failure of bad) {
			expect(failure.$.type && failure.$.message && !failure.$.message.includes("\n"),
				`${name}: type or message`);
			expect(/^(FAIL|ERROR) case-/.test(failure._.trim()), `${name}: body: ${failure._.slice(0, 80)}`);
		}
		seen.add(key);
	}
	expect(all.length === want.all, `${name}: ${all.length} of ${want.all} cases`);
	expect(all.filter((one) => one.failure).length === want.failed, `${name}: failures`);
	expect(all.filter((one) => one.error).length === want.errors, `${name}: errors`);
	expect(all.filter((one) => one.skipped).length === want.skipped, `${name}: skipped`);
}

async function byJunit2json(name, file, want) {
	const junit2json = optional("junit2json");

	if (!junit2json)
		return;
	const made = await junit2json.parse(fs.readFileSync(file, "utf8"));
	const suites = made.testsuite ?? [];
	expect(suites.reduce((sum, suite) => sum + (suite.testcase?.length ?? 0), 0) === want.all,
		`${name}: junit2json`);
	expect(made.tests === want.all && (made.failures ?? 0) === want.failed &&
		(made.errors ?? 0) === want.errors, `${name}: junit2json: totals`);
}

function byViewer(name, file) {
	const bin = path.join(process.env.LENSGATE_NODE_MODULES, ".bin", "xunit-viewer");
	const html = `${file}.html`;

	if (!fs.existsSync(bin)) {
		console.log("skipped - xunit-viewer is not installed");
		return;
	}
	const done = spawnSync(bin, ["-r", file, "-o", html], { encoding: "utf8", maxBuffer: 1e8 });
	expect(done.status === 0 && fs.existsSync(html) && !/error/i.test(done.stderr),
		`${name}: xunit-viewer: ${done.stderr.slice(0, 300)}`);
	if (name === "hostile" && fs.existsSync(html))
		expect(fs.readFileSync(html, "utf8").length > 10000, `${name}: xunit-viewer: an empty page`);
}

async function byMerger(name, file, want) {
	const merger = optional("junit-report-merger");
	const made = path.join(place, `${name}-merged.xml`);

	if (!merger)
		return;
	// A file that is named twice is read once.
	const other = path.join(place, `${name}-again.xml`);
	fs.copyFileSync(file, other);
	await merger.mergeFiles(made, [file, other]);
	const text = fs.readFileSync(made, "utf8");
	expect((text.match(/<testcase[ >]/g) ?? []).length === want, `${name}: junit-report-merger`);
	expect(spawnSync("xmllint", ["--noout", "--nonet", "--huge", made]).status !== 1,
		`${name}: what junit-report-merger made is no XML`);
}

// ---- the others ----

function byTapParser(name, file, want) {
	const tap = optional("tap-parser");

	if (!tap)
		return;
	const lines = tap.Parser.parse(fs.readFileSync(file, "utf8"));
	const points = lines.filter((line) => line[0] === "assert").map((line) => line[1]);
	const complete = lines.find((line) => line[0] === "complete")[1];

	expect(points.length === want.all, `${name}: tap: ${points.length} of ${want.all}`);
	expect(points.filter((point) => !point.ok).length === want.failed + want.errors, `${name}: tap: red`);
	expect(points.filter((point) => point.skip).length === want.skipped, `${name}: tap: skipped`);
	expect(points.every((point) => !point.todo), `${name}: tap: a todo that is none`);
	expect(points.every((point) => point.ok || point.diag?.message), `${name}: tap: no diagnostic`);
	expect(complete.failures.every((failure) => !failure.tapError), `${name}: tap: ${
		JSON.stringify(complete.failures.find((failure) => failure.tapError))?.slice(0, 200)}`);
}

function bySchema(name, file, schema, what) {
	const Ajv = optional("ajv")?.default;
	const formats = optional("ajv-formats")?.default;

	if (!Ajv || !formats || !schema)
		return;
	const ajv = new Ajv({ strict: false, allErrors: true });
	formats(ajv);
	delete schema.$schema;
	const check = ajv.compile(schema);
	expect(check(JSON.parse(fs.readFileSync(file, "utf8"))), `${name}: ${what}: ${
		ajv.errorsText(check.errors).slice(0, 400)}`);
}

function byCtrf(name, file, want) {
	const where = path.join(process.env.LENSGATE_NODE_MODULES, "ctrf/dist/ctrf-schema-0.0.json");

	if (!fs.existsSync(where)) {
		console.log("skipped - ctrf is not installed");
		return;
	}
	bySchema(name, file, JSON.parse(fs.readFileSync(where, "utf8")), "ctrf");
	const { summary } = JSON.parse(fs.readFileSync(file, "utf8")).results;
	expect(summary.tests === want.all && summary.passed === want.passed &&
		summary.failed === want.failed + want.errors, `${name}: ctrf: totals`);
}

const only = process.argv.slice(3);
for (const [name, cases] of Object.entries(corpora).filter(([name]) => !only.length || only.includes(name))) {
	const file = record(name, cases);
	const want = wanted(cases);
	const junit = report(file, "junit");

	byXmllint(name, junit);
	await asDorny(name, junit, want);
	await byJunit2json(name, junit, want);
	// It cannot open a file without suites, and takes minutes over 5 MB.
	if (name !== "large" && name !== "none")
		byViewer(name, junit);
	await byMerger(name, junit, 2 * want.all);
	byTapParser(name, report(file, "tap"), want);
	byCtrf(name, report(file, "ctrf"), want);
	bySchema(name, report(file, "json"),
		JSON.parse(fs.readFileSync("suites/schema/result.schema.json", "utf8")), "result.schema.json");
	expect(fs.statSync(report(file, "github")).size < 1024 * 1024, `${name}: summary too large`);
	expect(fs.statSync(report(file, "pr-comment")).size < 65536, `${name}: comment too large`);
	const commands = fs.readFileSync(report(file, "annotations"), "utf8").trim().split("\n");
	expect(commands.every((line) => /^::(error|warning|notice)( [^\n]*?)?::/.test(line)) &&
		commands.length <= 30, `${name}: annotations`);
	expect(fs.statSync(junit).size < 30e6, `${name}: GitLab takes 30 MB, not ${fs.statSync(junit).size}`);
	const again = fs.readFileSync(junit);
	expect(again.equals(fs.readFileSync(report(file, "junit"))), `${name}: other bytes the second time`);
	console.log(`${failures ? "looked at" : "ok"} - ${name}: ${want.all} cases, ${again.length} bytes of JUnit`);
}
for (const name of fs.readdirSync("fixtures/golden").filter((one) => one.endsWith(".json"))) {
	const ctrf = name.endsWith(".ctrf.json");
	const file = path.join("fixtures/golden", name);

	if (!ctrf)
		bySchema(name, file, JSON.parse(fs.readFileSync("suites/schema/result.schema.json", "utf8")),
			"result.schema.json");
}
fs.rmSync(place, { recursive: true });
process.exit(failures ? 1 : 0);
