// What style alone cannot do. The page is whole without it. ASCII only, see html_page.css.
"use strict";
(function () {
	const list = document.getElementById("list");
	const search = document.getElementById("search");
	const shown = document.getElementById("shown");
	const cases = Array.from(list.children);
	const texts = cases.map((item) => {
		return item.querySelector("summary").textContent.toLowerCase();
	});
	let timer = 0;

	function count() {
		let visible = 0;

		for (const item of cases) {
			if (getComputedStyle(item).display !== "none")
				visible++;
		}
		shown.textContent = visible + " of " + cases.length + " shown";
	}

	function filter() {
		const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);

		cases.forEach((item, i) => {
			item.classList.toggle("miss", !words.every((word) => texts[i].includes(word)));
		});
		count();
	}

	// A link to a case opens it, and everything it is folded into.
	function reveal() {
		const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));

		if (!target)
			return;
		const own = target.querySelector("details");
		if (own)
			own.open = true;
		for (let at = target; at; at = at.parentElement) {
			if (at.tagName === "DETAILS")
				at.open = true;
		}
	}

	function addCopy(command) {
		const button = document.createElement("button");

		button.type = "button";
		button.className = "copy";
		button.textContent = "Copy";
		button.addEventListener("click", () => {
			navigator.clipboard.writeText(command.textContent).then(
				() => { button.textContent = "Copied"; },
				() => { getSelection().selectAllChildren(command); });
			setTimeout(() => { button.textContent = "Copy"; }, 2000);
		});
		command.before(button);
	}

	document.querySelectorAll(".scripted").forEach((item) => { item.hidden = false; });
	document.querySelector(".filter").addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(filter, 120);
	});
	document.querySelector(".filter").addEventListener("submit", (event) => {
		event.preventDefault();
	});
	if (navigator.clipboard)
		document.querySelectorAll(".command").forEach(addCopy);
	addEventListener("hashchange", reveal);
	reveal();
	if (cases.length <= 5000)
		count();
})();
