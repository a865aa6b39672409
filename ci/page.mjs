// Looks at pages made by `--report html=` of a run and of a matrix, and by `lensgate dashboard`, in
// headless Chromium: no message on the console, nothing asked for over any network, axe-core content in light
// and in dark, nothing wider than a phone, Tab that reaches everything in order, a print in black on
// white; of a run and a matrix also filters that work without the script and with it, of a dashboard
// that colour tells nothing alone.
//
//     node ci/page.mjs [--shots DIR] PAGE...
//
// ci/page.sh calls it, with the two packages it needs.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(path.join(process.env.LENSGATE_NODE_MODULES ?? ".", "/"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const words = process.argv.slice(2);
const shots = words[0] === "--shots" ? words.splice(0, 2)[1] : null;
let failures = 0;

function expect(truth, sentence) {
	if (truth)
		return;
	failures++;
	console.log(`not ok - ${sentence}`);
}

async function open(browser, file, options) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const url = pathToFileURL(path.resolve(file)).href;

	page.on("console", (message) => expect(false, `${file}: console: ${message.text()}`));
	page.on("pageerror", (error) => expect(false, `${file}: error: ${error}`));
	page.on("request", (request) => {
		const asked = request.url().split("#")[0];
		expect(asked === url || asked === "data:,", `${file}: asks for ${asked}`);
	});
	await page.goto(url);
	return { context, page };
}

async function shoot(page, file, name) {
	if (shots)
		await page.screenshot({ path: path.join(shots, `${path.basename(file, ".html")}-${name}.png`),
			fullPage: true, timeout: 120000 });
}

const openAll = () => document.querySelectorAll("details").forEach((item) => { item.open = true; });
const visible = () => [...document.querySelectorAll("#list > li")].filter((item) => {
	return getComputedStyle(item).display !== "none";
}).length;

// axe-core runs in the page; its own code is let past the policy by the debugger protocol.
async function checkAccess(browser, file, colorScheme) {
	const { context, page } = await open(browser, file,
		{ colorScheme, bypassCSP: true, viewport: { width: 1200, height: 900 } });

	await shoot(page, file, colorScheme);
	await page.evaluate(openAll);
	// What is not drawn yet has no place, and axe-core would take what it finds there for it.
	await page.addStyleTag({ content: ".many .case { content-visibility: visible !important }" });
	await page.addScriptTag({ path: axe });
	const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: [
		"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice" ] }));
	for (const one of violations)
		expect(false, `${file}, ${colorScheme}: ${one.id}: ${one.help}: ` +
			one.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).join("; "));
	await context.close();
}

async function checkPhone(browser, file) {
	const { context, page } = await open(browser, file, { viewport: { width: 360, height: 780 } });

	for (const folded of [true, false]) {
		if (!folded)
			await page.evaluate(openAll);
		const wide = await page.evaluate(() => document.documentElement.scrollWidth);
		expect(wide <= 360, `${file}: ${wide} px wide on 360 px`);
		await shoot(page, file, folded ? "phone" : "phone-open");
	}
	await context.close();
}

// A run has a list of cases, a matrix has relations, an audit checks, a proof mutants; a dashboard
// has none of them.
async function kindOf(browser, file) {
	const { context, page } = await open(browser, file, {});
	const kind = await page.locator("#list").count() ? "run"
		: await page.locator(".relation").count() ? "matrix"
		: await page.locator(".checklist").count() ? "audit"
		: await page.locator(".mutants").count() ? "proof" : "dashboard";
	await context.close();
	return kind;
}

// Choosing a verdict leaves that many cases as its label says.
async function checkFilters(browser, file, javaScriptEnabled) {
	const { context, page } = await open(browser, file, { javaScriptEnabled });
	const what = `${file}, ${javaScriptEnabled ? "with" : "without"} script`;
	// Without script nothing can be counted in the page; boxes are counted from outside.
	const count = async () => javaScriptEnabled ? page.evaluate(visible)
		: (await Promise.all((await page.locator("#list > li").all())
			.map((item) => item.isVisible()))).filter(Boolean).length;

	for (const label of await page.locator(".filter fieldset label").all()) {
		const wanted = Number((await label.textContent()).match(/(\d+)\s*$/)[1]);
		await label.click();
		expect(await count() === wanted, `${what}: ${(await label.textContent()).trim()}`);
	}
	await page.locator("#v-all").check();
	const all = await count();
	for (const id of ["persona", "tag"]) {
		if (!await page.locator(`#${id}`).count())
			continue;
		await page.locator(`#${id}`).selectOption({ index: 1 });
		const some = await count();
		expect(some > 0 && some <= all, `${what}: ${some} of ${all} for the first ${id}`);
		await page.locator(`#${id}`).selectOption({ index: 0 });
	}
	expect(await page.locator("#search").isVisible() === javaScriptEnabled, `${what}: search`);
	if (javaScriptEnabled) {
		const id = await page.locator("#list .what b").first().textContent();
		await page.locator("#search").fill(id);
		await page.waitForTimeout(300);
		expect(await count() >= 1 && await count() <= all, `${what}: search for ${id}`);
		await page.locator("#search").fill("no case has this text");
		await page.waitForTimeout(300);
		expect(await count() === 0, `${what}: search for nothing`);
		expect((await page.locator("#shown").textContent()).startsWith("0 of "), `${what}: count`);
	}
	await context.close();
}

// Tab reaches the skip link first, then what is focusable in the order of the page, and shows where
// it is.
async function checkKeyboard(browser, file, wanted) {
	const { context, page } = await open(browser, file, {});
	const seen = new Set();
	let last = -1;

	await page.keyboard.press("Tab");
	expect(await page.evaluate(() => document.activeElement.className) === "skip",
		`${file}: the first stop is not the skip link`);
	for (let i = 0; i < 400; i++) {
		const at = await page.evaluate(() => {
			const active = document.activeElement;
			return { tag: active.tagName, outline: getComputedStyle(active).outlineStyle,
				gone: active === document.body,
				place: [...document.querySelectorAll("*")].indexOf(active) };
		});
		if (at.gone)
			break;
		seen.add(at.tag);
		expect(at.outline !== "none", `${file}: no mark on a focused ${at.tag}`);
		expect(at.place > last, `${file}: Tab goes back to a ${at.tag}`);
		last = at.place;
		await page.keyboard.press("Tab");
	}
	for (const tag of wanted)
		expect(seen.has(tag), `${file}: Tab never reaches ${tag}`);
	if (wanted.includes("SUMMARY")) {
		// The first may be open to begin with.
		const folded = page.locator("main details").first();
		const before = await folded.evaluate((item) => item.open);
		await folded.locator("summary").first().focus();
		await page.keyboard.press("Enter");
		expect(await folded.evaluate((item) => item.open) !== before,
			`${file}: Enter does not fold or unfold`);
	}
	await context.close();
}

// Every kind of round has a shape of its own and is named: fill, stroke and dashes without their
// colour differ, and so do the places above and below the line.
async function checkShapes(browser, file) {
	const { context, page } = await open(browser, file, {});
	const kinds = await page.evaluate(() => [...document.querySelectorAll(".legend svg rect")]
		.map((rect) => {
			const style = getComputedStyle(rect);
			const fill = style.fill.startsWith("url") ? "hatched" : style.fill === "none" ? "none" : "full";
			return { name: rect.closest("li").textContent, shape: [fill, style.strokeDasharray,
				rect.closest("li").textContent.split(", ")[1]].join() };
		}));

	expect(kinds.length >= 4, `${file}: ${kinds.length} kinds of round in the legend`);
	expect(new Set(kinds.map((kind) => kind.shape)).size === kinds.length,
		`${file}: two kinds of round look the same without colour`);
	for (const chart of await page.locator("svg[role=img]").all()) {
		const [label, untold] = await chart.evaluate((svg) => [svg.getAttribute("aria-label"),
			[...svg.querySelectorAll("rect")].filter((rect) => !rect.querySelector("title") &&
				!rect.closest("defs")).length]);
		expect(label && untold === 0, `${file}: ${untold} bars of "${label}" say nothing`);
	}
	await context.close();
}

async function checkPrint(browser, file) {
	const { context, page } = await open(browser, file, { colorScheme: "dark" });

	await page.emulateMedia({ media: "print", colorScheme: "dark" });
	for (const hidden of [".filter", "nav"])
		expect(!await page.locator(hidden).isVisible(), `${file}: ${hidden} is printed`);
	const [back, ink] = await page.evaluate(() => {
		const style = getComputedStyle(document.body);
		return [style.backgroundColor, style.color];
	});
	expect(back === "rgb(255, 255, 255)" && ink !== back, `${file}: printed ${ink} on ${back}`);
	const pdf = await page.pdf({ format: "A4", ...(shots && { path: path.join(shots,
		`${path.basename(file, ".html")}.pdf`) }) });
	expect(pdf.length > 10000, `${file}: an empty print`);
	await context.close();
}

// Every choice leaves cells that are what was chosen, and nothing else; it needs no script.
async function checkMatrix(browser, file) {
	const { context, page } = await open(browser, file, { javaScriptEnabled: false });
	const shown = (selector) => page.locator(selector).filter({ visible: true }).count();
	const all = await shown("td.c");
	const choose = async (id, index) => {
		await page.locator(`#${id}`).selectOption({ index });
		return page.locator(`#${id} option`).nth(index).getAttribute("value");
	};

	await choose("relation", 1);
	expect(await shown(".relation") === 1, `${file}: one relation is chosen, and not alone`);
	await choose("relation", 0);
	await choose("actor", 1);
	const lines = await shown(".line");
	expect(lines && await shown("td.c") === lines, `${file}: a persona has more than a column`);
	const letter = await choose("letter", 1);
	expect(await shown(`td.c:not(.l${letter})`) === 0,
		`${file}: lines in which the persona does not have the letter`);
	await shoot(page, file, "chosen");
	await choose("actor", 0);
	for (const line of await page.locator(".line").filter({ visible: true }).all())
		expect(await line.locator(`td.l${letter}`).count(), `${file}: a line without the letter`);
	await choose("letter", 0);
	expect(all && await shown("td.c") === all, `${file}: cells are lost when all are wanted`);
	for (const link of await page.locator("td.c a").all())
		expect(await page.locator(await link.getAttribute("href")).count() === 1,
			`${file}: a letter leads to no finding`);
	await context.close();
}

// Whatever is chosen, "s-WORD", leaves the items that have the WORD, all of them, in groups that are
// not empty; it needs no script.
async function checkChoices(browser, file, group, item) {
	const { context, page } = await open(browser, file, { javaScriptEnabled: false });
	const shown = (selector) => page.locator(selector).filter({ visible: true }).count();
	const all = await shown(item);

	for (const choice of await page.locator(".filter input").all()) {
		const word = (await choice.getAttribute("id")).slice(2);
		const wanted = word === "all" ? all : await page.locator(`${item}.${word}, .${word} ${item}`).count();
		await choice.check();
		expect(await shown(item) === wanted, `${file}: ${word} shows not ${wanted}`);
		for (const one of await page.locator(group).filter({ visible: true }).all())
			expect(await one.locator(item).filter({ visible: true }).count(),
				`${file}: with ${word} something empty is left`);
	}
	await context.close();
}

const kinds = {
	audit: async (browser, file) => {
		await checkChoices(browser, file, ".check", ".finding");
		await checkKeyboard(browser, file, ["A", "INPUT", "DIV"]);
	},
	proof: async (browser, file) => {
		await checkChoices(browser, file, ".guard", ".mutant");
		await checkKeyboard(browser, file, ["A", "INPUT", "SUMMARY", "DIV"]);
	},
	run: async (browser, file) => {
		await checkFilters(browser, file, true);
		await checkFilters(browser, file, false);
		await checkKeyboard(browser, file, ["A", "INPUT", "SUMMARY"]);
	},
	matrix: async (browser, file) => {
		await checkMatrix(browser, file);
		await checkKeyboard(browser, file, ["A", "SELECT", "DIV"]);
	},
	dashboard: async (browser, file) => {
		await checkShapes(browser, file);
		await checkKeyboard(browser, file, ["A", "SUMMARY", "DIV"]);
	},
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM,
	args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
for (const file of words) {
	await checkAccess(browser, file, "light");
	await checkAccess(browser, file, "dark");
	await checkPhone(browser, file);
	await kinds[await kindOf(browser, file)](browser, file);
	await checkPrint(browser, file);
	console.log(`${failures ? "looked at" : "ok"} - ${file}`);
}
await browser.close();
process.exit(failures ? 1 : 0);
