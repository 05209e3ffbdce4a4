package server_test

// garbled says which texts of a page nobody can read: those that lie over each
// other, and those that are broken letter by letter. Only what is seen counts:
// what an element cuts off, or keeps for screen readers, may lie anywhere, and the
// menu of the account covers what is below it while it is open.
const garbled = `() => {
	const seen = new Map() // what of an element's content is seen: null for all of it
	const part = (element) => {
		if (!element) return null
		if (seen.has(element)) return seen.get(element)
		const style = getComputedStyle(element)
		let area = part(element.parentElement)
		if (style.overflow !== "visible" || style.clipPath !== "none") area = cut(element.getBoundingClientRect(), area)
		seen.set(element, area)
		return area
	}
	const cut = (r, area) => !area ? r : {
		left: Math.max(r.left, area.left), right: Math.min(r.right, area.right), top: Math.max(r.top, area.top), bottom: Math.min(r.bottom, area.bottom),
	}
	const lines = [], found = [], range = document.createRange()
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	for (let node; node = walker.nextNode();) {
		const text = node.data.trim(), parent = node.parentElement
		if (!text || parent.closest("svg, option, .skip, .account form") || !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
		range.selectNodeContents(node)
		const rects = [...range.getClientRects()].map((r) => cut(r, part(parent))).filter((r) => r.right - r.left > 1 && r.bottom - r.top > 1)
		if (text.length > 5 && rects.length > 5 && rects.length >= text.length / 2) found.push("letter by letter: " + text.slice(0, 40))
		for (const r of rects) lines.push({ r, text, node })
	}
	lines.sort((a, b) => a.r.top - b.r.top)
	for (let i = 0; i < lines.length; i++) {
		for (let j = i + 1; j < lines.length && lines[j].r.top < lines[i].r.bottom - 6; j++) {
			const a = lines[i], b = lines[j], over = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left)
			if (a.node === b.node) continue // letters of two directions in one text
			if (over > 3 && found.length < 5) found.push("over each other: " + a.text.slice(0, 40) + " | " + b.text.slice(0, 40))
		}
	}
	return [...new Set(found)].join("; ")
}`
